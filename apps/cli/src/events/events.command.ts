import { Command, Help } from 'nest-commander';
import { CommandGroup } from '../base-command';
import { helpText } from '../root-command';
import { EventsListCommand } from './list.command';
import { EventsReplayCommand } from './replay.command';
import { EventsRetryCommand } from './retry.command';
import { EventsTestCommand } from './test.command';

export const EVENTS_COMMANDS = [
  EventsListCommand,
  EventsRetryCommand,
  EventsReplayCommand,
  EventsTestCommand,
];

@Command({
  name: 'events',
  description: 'events: list them, and send them to the webhook again',
  subCommands: EVENTS_COMMANDS,
  allowExcessArgs: true,
})
export class EventsCommand extends CommandGroup {
  @Help('after')
  help(): string {
    return helpText(
      `The mailer-worker puts events in order and sends them to WEBHOOK_URL. Other services can also read them from the api.`,
      {
        'events list --since 2h': 'list recent events and their delivery',
        'events test': 'send a signed ping to the receiver',
      },
    );
  }
}
