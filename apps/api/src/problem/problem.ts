import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ERROR_NAMES, type ErrorName } from './errors';

export class FieldFault {
  /** Name of the field in the body. */
  @ApiProperty({ example: 'email' })
  field!: string;

  /** Kind of fault, for programs; the same in every language. */
  @ApiProperty({
    example: 'email.invalid',
    pattern: '\\.(required|invalid|too_short|too_long|too_common|unknown)$',
  })
  code!: string;

  /** Bounds of the rule: `min` with `too_short`, `max` with `too_long`. */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'integer' }, example: {} })
  params!: Record<string, number>;

  /** What is wrong with the field. */
  @ApiProperty({ example: 'must be an email address such as name@example.com' })
  message!: string;
}

export const faultOf = (
  field: string,
  kind: string,
  message: string,
  params: Record<string, number> = {},
): FieldFault => ({ field, code: `${field}.${kind}`, params, message });

/** Body of every error: problem details (RFC 9457), with `error` and `message` added. */
export class Problem {
  /** Path of a page that explains this kind of error and what to do. */
  @ApiProperty({ example: '/problems/ValidationError' })
  type!: string;

  /** Reason phrase of the HTTP status. */
  @ApiProperty({ example: 'Bad Request' })
  title!: string;

  /** HTTP status. */
  @ApiProperty({ type: 'integer', example: 400 })
  status!: number;

  /** What went wrong, in the language of the Content-Language header. */
  @ApiProperty({ example: 'email must be an email address such as name@example.com' })
  detail!: string;

  /** Name of the error, for programs. */
  @ApiProperty({ enum: ERROR_NAMES, example: 'ValidationError' })
  error!: ErrorName;

  /** The same as `detail`. */
  @ApiProperty({ example: 'email must be an email address such as name@example.com' })
  message!: string;

  /** Request id, as in `X-Request-Id` and in the log. */
  @ApiProperty({ example: '0f8fad5b-d9cb-469f-a165-70867728950e' })
  request_id!: string;

  /** Invalid fields (400 ValidationError). */
  @ApiPropertyOptional({ type: [FieldFault], maxItems: 10 })
  errors?: FieldFault[] | undefined;

  /** Name of the exceeded limit (429). */
  @ApiPropertyOptional({ type: 'string', example: 'registration' })
  limit?: string | undefined;

  /** What to do next (410). */
  @ApiPropertyOptional({
    type: 'string',
    example: 'Request a new code with POST /api/v1/users/activation-codes.',
  })
  hint?: string | undefined;

  /** Attempts left for the current code (400 InvalidActivationCode, 410). */
  @ApiPropertyOptional({ type: 'integer', minimum: 0, example: 2 })
  attempts_left?: number | undefined;

  /** Earliest time at which a new code can be requested (400 InvalidActivationCode, 410). */
  @ApiPropertyOptional({ type: 'string', example: '2026-01-15T10:30:00.000Z', format: 'date-time' })
  resend_allowed_at?: string | undefined;

  /** Seconds to wait before trying again, as in `Retry-After` (429, 503). */
  @ApiPropertyOptional({ type: 'integer', minimum: 1, example: 42 })
  retry_after_seconds?: number | undefined;
}
