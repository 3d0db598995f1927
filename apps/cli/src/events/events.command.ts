import { Command } from 'nest-commander';
import { CommandGroup } from '../base-command';
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
export class EventsCommand extends CommandGroup {}
