import { Command, Help } from 'nest-commander';
import { CommandGroup } from '../base-command';
import { helpText } from '../root-command';
import { AuditListCommand } from './list.command';

@Command({
  name: 'audit',
  description: 'audit trail: who changed what, and why',
  subCommands: [AuditListCommand],
  allowExcessArgs: true,
})
export class AuditCommand extends CommandGroup {
  @Help('after')
  help(): string {
    return helpText(
      `Lists every change made by an operator: who made it, on which host, what changed, for which account and why.`,
      {
        'audit list --since 7d': 'the changes of the last seven days',
      },
    );
  }
}
