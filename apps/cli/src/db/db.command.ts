import { Command } from 'nest-commander';
import { CommandGroup } from '../base-command';
import { DbMigrateCommand } from './migrate.command';
import { DbRollbackCommand } from './rollback.command';
import { DbStatusCommand } from './status.command';

@Command({
  name: 'db',
  description: 'the database schema: migrate, status, rollback',
  subCommands: [DbMigrateCommand, DbStatusCommand, DbRollbackCommand],
  allowExcessArgs: true,
})
export class DbCommand extends CommandGroup {}
