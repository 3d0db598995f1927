import { Command, Help } from 'nest-commander';
import { CommandGroup } from '../base-command';
import { helpText } from '../root-command';
import { DbMigrateCommand } from './migrate.command';
import { DbRollbackCommand } from './rollback.command';
import { DbStatusCommand } from './status.command';

@Command({
  name: 'db',
  description: 'the database schema: migrate, status, rollback',
  subCommands: [DbMigrateCommand, DbStatusCommand, DbRollbackCommand],
  allowExcessArgs: true,
})
export class DbCommand extends CommandGroup {
  @Help('after')
  help(): string {
    return helpText(
      `Migrations are safe to start several times concurrently; each start is one transaction.`,
      {
        'db status': 'what is applied, and what is pending',
        'db migrate': 'apply what is pending',
      },
    );
  }
}
