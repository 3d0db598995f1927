import { Command } from 'nest-commander';
import { CommandGroup } from '../report';
import { DbMigrateCommand } from './db-migrate.command';
import { DbRollbackCommand } from './db-rollback.command';
import { DbStatusCommand } from './db-status.command';

@Command({
  name: 'db',
  description: 'the schema of the database',
  subCommands: [DbMigrateCommand, DbStatusCommand, DbRollbackCommand],
  allowExcessArgs: true,
})
export class DbCommand extends CommandGroup {}
