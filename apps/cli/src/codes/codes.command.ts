import { Command } from 'nest-commander';
import { CommandGroup } from '../report';
import { CodesPurgeCommand } from './codes-purge.command';

@Command({
  name: 'codes',
  description: 'activation codes, and the registrations that wait for them',
  subCommands: [CodesPurgeCommand],
  allowExcessArgs: true,
})
export class CodesCommand extends CommandGroup {}
