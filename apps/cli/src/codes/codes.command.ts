import { Command, Help } from 'nest-commander';
import { CommandGroup } from '../base-command';
import { helpText } from '../root-command';
import { CodesPurgeCommand } from './purge.command';

@Command({
  name: 'codes',
  description: 'activation codes: purge expired ones with their registrations',
  subCommands: [CodesPurgeCommand],
  allowExcessArgs: true,
})
export class CodesCommand extends CommandGroup {
  @Help('after')
  help(): string {
    return helpText(`The mailer-worker also purges every PURGE_INTERVAL_SECONDS.`, {
      'codes purge --dry-run': 'count what would be deleted',
    });
  }
}
