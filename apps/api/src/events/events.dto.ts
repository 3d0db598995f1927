import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, type TransformFnParams } from 'class-transformer';
import { IsOptional, ValidateBy } from 'class-validator';
import { EVENT_TYPES, type EventType } from '@app/events';
import { FIELD_SENTENCES } from '../problem/field-sentences';

/** Greatest position: the maximum of PostgreSQL's bigint. */
const POSITION_MAX = 2n ** 63n - 1n;

export class EventQuery {
  /** The `next` of the previous response. Without it, the feed starts at the oldest event kept. */
  @ApiPropertyOptional({ type: 'string', pattern: '^\\d{1,19}$' })
  @Transform(({ value }: TransformFnParams) => (isDigits(value, 19) ? BigInt(value) : (value as unknown)))
  @Passes((after) => typeof after === 'bigint' && after <= POSITION_MAX, FIELD_SENTENCES.cursor)
  @IsOptional()
  after?: bigint;

  /** Maximum number of events in the response. */
  @WholeNumber(1, 1_000)
  limit = 100;

  /** Seconds to wait for an event if there is none yet. */
  @WholeNumber(0, 60)
  wait = 0;
}

function WholeNumber(min: number, max: number): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: 'integer', minimum: min, maximum: max }),
    Transform(({ value }: TransformFnParams) => (isDigits(value, 4) ? Number(value) : (value as unknown))),
    Passes(
      (value) => typeof value === 'number' && value >= min && value <= max,
      `must be a whole number from ${min} to ${max}`,
      { min, max },
    ),
  );
}

function Passes(validate: (value: unknown) => boolean, message: string, params = {}): PropertyDecorator {
  return ValidateBy(
    { name: 'passes', validator: { validate } },
    { message, context: { kind: 'invalid', params } },
  );
}

const isDigits = (value: unknown, most: number): value is string =>
  typeof value === 'string' && value.length <= most && /^\d+$/.test(value);

const USER_ID = '7c9e6679-7425-40de-944b-e07fc1f90ae7';

export class EventMessage {
  /** UUID version 7; the same in the feed and in every webhook attempt. */
  @ApiProperty({ format: 'uuid', example: '01920a3b-4c5d-7e6f-8a9b-0c1d2e3f4a5b' })
  id!: string;

  @ApiProperty({ enum: EVENT_TYPES, example: 'user.activated' })
  type!: EventType;

  /** When the event happened. */
  @ApiProperty({ format: 'date-time', example: '2026-01-02T03:04:05.678Z' })
  timestamp!: string;

  @ApiProperty({
    description:
      'The account after the change. `email` is included only with EVENTS_INCLUDE_EMAIL, and never in `user.deleted`; `replaced_by` only in `user.replaced`.',
    type: 'object',
    selfRequired: true,
    required: ['user_id', 'is_activated'],
    properties: {
      user_id: { type: 'string', format: 'uuid' },
      is_activated: { type: 'boolean' },
      created_at: { type: 'string', format: 'date-time' },
      activated_at: { type: 'string', format: 'date-time' },
      email: { type: 'string', format: 'idn-email' },
      replaced_by: { type: 'string', format: 'uuid' },
    },
    additionalProperties: true,
    example: {
      user_id: USER_ID,
      is_activated: true,
      created_at: '2026-01-02T03:03:21.001Z',
      activated_at: '2026-01-02T03:04:05.670Z',
    },
  })
  data!: Readonly<Record<string, unknown>>;
}

export class EventList {
  /** In the order of the log: the events of one account are in the order in which they happened. */
  @ApiProperty({ type: [EventMessage] })
  events!: EventMessage[];

  /** Cursor for the next request, as `after`. Store it: it is valid as long as the events after it are kept. */
  @ApiProperty({ example: '42' })
  next!: string;

  /** Whether there were no further events when the response was created. */
  @ApiProperty({ example: true })
  up_to_date!: boolean;
}
