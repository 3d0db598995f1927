import { Command, Help } from 'nest-commander';
import { CommandGroup } from '../base-command';
import { helpText } from '../root-command';
import { AuditListCommand } from './list.command';

@Command({
  name: 'audit',
  description: 'who changed what, and why',
  subCommands: [AuditListCommand],
  allowExcessArgs: true,
})
export class AuditCommand extends CommandGroup {
  @Help('after')
  help(): string {
    return helpText(`Every change that an operator made is in it: who, on which host, what, whom and why.`, {
      'audit list --since 7d': 'the changes of a week',
    });
  }
}
