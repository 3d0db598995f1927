import { ApiProperty } from '@nestjs/swagger';
import { EVENT_TYPES, type EventType } from '@app/events';

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
