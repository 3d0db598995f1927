import { Command } from 'nest-commander';
import { CommandGroup } from '../base-command';
import { CodesPurgeCommand } from './purge.command';

@Command({
  name: 'codes',
  description: 'activation codes: purge expired ones and their registrations',
  subCommands: [CodesPurgeCommand],
  allowExcessArgs: true,
})
export class CodesCommand extends CommandGroup {}
