import { Inject } from '@nestjs/common';
import { Option, SubCommand } from 'nest-commander';
import { EVENT_TYPES, EventAdministration, type EventEntry, type EventType } from '@app/events';
import { moment, oneOf } from '../arguments';
import { ListCommand, type Column, type ListOptions } from '../list-command';

interface EventsListOptions extends ListOptions {
  readonly since?: Date;
  readonly type?: EventType;
}

const COLUMNS: readonly Column<EventEntry>[] = [
  { heading: 'ID', name: 'id', value: ({ id }) => id },
  { heading: 'TYPE', name: 'type', value: ({ type }) => type },
  { heading: 'ACCOUNT', name: 'account_id', value: ({ accountId }) => accountId },
  { heading: 'OCCURRED (UTC)', name: 'occurred_at', value: ({ occurredAt }) => occurredAt.toISOString() },
  { heading: 'DELIVERY', name: 'delivery', value: ({ delivery }) => delivery },
  { heading: 'ATTEMPTS', name: 'attempts', value: ({ attempts }) => attempts },
  {
    heading: 'NEXT ATTEMPT (UTC)',
    name: 'next_try_at',
    value: ({ nextTryAt }) => nextTryAt?.toISOString() ?? null,
  },
  { heading: 'LAST ERROR', name: 'last_error', value: ({ lastError }) => lastError },
];

@SubCommand({ name: 'list', description: 'list events and their delivery, newest first' })
export class EventsListCommand extends ListCommand {
  protected readonly explanation = `
kept: no webhook is configured. unplaced: the mailer-worker has not assigned a position yet. The output is a
table on a terminal, and one JSON object per line in a pipe.`;
  protected readonly examples = {
    'events list --since 2h': 'the events of the last two hours',
    'events list --type user.activated --all --csv': 'every activation, for a spreadsheet',
  };

  constructor(@Inject(EventAdministration) private readonly events: EventAdministration) {
    super();
  }

  @Option({ flags: '--since <moment>', description: 'start at this time: a day, a time, or an age (2h)' })
  parseSince(given: string): Date {
    return moment(given);
  }

  @Option({ flags: '--type <type>', description: `one of ${EVENT_TYPES.join(', ')}` })
  parseType(given: string): EventType {
    return oneOf(given, EVENT_TYPES);
  }

  async run(_arguments: string[], options: EventsListOptions): Promise<void> {
    await this.printList(options, COLUMNS, (limit, after) => this.events.list(options, limit, after));
  }
}
