import { Command, Help } from 'nest-commander';
import { CommandGroup } from '../base-command';
import { helpText } from '../root-command';
import { DbMigrateCommand } from './migrate.command';
import { DbRollbackCommand } from './rollback.command';
import { DbStatusCommand } from './status.command';

@Command({
  name: 'db',
  description: 'database schema: migrate it, show its status, roll it back',
  subCommands: [DbMigrateCommand, DbStatusCommand, DbRollbackCommand],
  allowExcessArgs: true,
})
export class DbCommand extends CommandGroup {
  @Help('after')
  help(): string {
    return helpText(`Can be run several times concurrently. All pending migrations are one transaction.`, {
      'db status': 'show applied and pending migrations',
      'db migrate': 'apply the pending migrations',
    });
  }
}
