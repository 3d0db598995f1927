import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** Names of errors, as clients read them in `error`. */
export const ERROR_NAMES = [
  'ValidationError',
  'InvalidActivationCode',
  'InvalidCredentials',
  'InvalidToken',
  'NotFound',
  'MethodNotAllowed',
  'RequestTimeout',
  'UserAlreadyExists',
  'UserAlreadyActivated',
  'ActivationCodeExpired',
  'EventsForgotten',
  'PayloadTooLarge',
  'UnsupportedMediaType',
  'RateLimitExceeded',
  'RequestHeadersTooLarge',
  'InternalError',
  'ServiceUnavailable',
] as const;
export type ErrorName = (typeof ERROR_NAMES)[number];

export class FieldFault {
  /** Name of the field in the body. */
  @ApiProperty({ example: 'email' })
  field!: string;

  /** The kind of fault, for programs: it does not change with the language. */
  @ApiProperty({
    example: 'email.invalid',
    pattern: '\\.(required|invalid|too_short|too_long|too_common|unknown)$',
  })
  code!: string;

  /** Numbers of the rule: `min` with `too_short`, `max` with `too_long`. */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'integer' }, example: {} })
  params!: Record<string, number>;

  /** What is wrong with it. */
  @ApiProperty({ example: 'must be an email address such as name@example.com' })
  message!: string;
}

/** The one body of every error: RFC 9457, with `error` and `message` next to it. */
export class Problem {
  /** Reference to the kind of problem; the page behind it says what to do. */
  @ApiProperty({ example: '/problems/ValidationError' })
  type!: string;

  /** Reason phrase of the status. */
  @ApiProperty({ example: 'Bad Request' })
  title!: string;

  /** HTTP status. */
  @ApiProperty({ type: 'integer', example: 400 })
  status!: number;

  /** What went wrong this time, in the language of Content-Language. */
  @ApiProperty({ example: 'email must be an email address such as name@example.com' })
  detail!: string;

  /** Name of the error, for programs. */
  @ApiProperty({ enum: ERROR_NAMES, example: 'ValidationError' })
  error!: ErrorName;

  /** The same as `detail`. */
  @ApiProperty({ example: 'email must be an email address such as name@example.com' })
  message!: string;

  /** Id of the request, as in `X-Request-Id` and in the log. */
  @ApiProperty({ example: '0f8fad5b-d9cb-469f-a165-70867728950e' })
  request_id!: string;

  /** Faults of the body, field by field (400 ValidationError). */
  @ApiPropertyOptional({ type: [FieldFault], maxItems: 10 })
  errors?: FieldFault[];

  /** Name of the limit that refused (429). */
  @ApiPropertyOptional({ example: 'registration' })
  limit?: string;

  /** What to do next (410). */
  @ApiPropertyOptional({ example: 'Ask for a new code: POST /api/v1/users/activation-codes' })
  hint?: string;

  /** Tries that the code has left (400 InvalidActivationCode, 410). */
  @ApiPropertyOptional({ type: 'integer', minimum: 0, example: 2 })
  attempts_left?: number;

  /** Earliest time at which a new code can be requested (400 InvalidActivationCode, 410). */
  @ApiPropertyOptional({ example: '2026-01-15T10:30:00.000Z', format: 'date-time' })
  resend_allowed_at?: string;

  /** Seconds to wait before the next try, as in `Retry-After` (429, 503). */
  @ApiPropertyOptional({ type: 'integer', minimum: 1, example: 42 })
  retry_after_seconds?: number;
}
