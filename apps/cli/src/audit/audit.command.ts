import { Command } from 'nest-commander';
import { CommandGroup } from '../base-command';
import { AuditListCommand } from './list.command';

@Command({
  name: 'audit',
  description: 'who changed what, and why',
  subCommands: [AuditListCommand],
  allowExcessArgs: true,
})
export class AuditCommand extends CommandGroup {}
