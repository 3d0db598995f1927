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
      `The mailer-worker places events and sends them to WEBHOOK_URL; other services may also read them from the api.`,
      {
        'events list --since 2h': 'what happened, and whether it was delivered',
        'events test': 'one signed ping to the receiver',
      },
    );
  }
}
