import { Inject } from '@nestjs/common';
import { Command, CommandRunner, SubCommand } from 'nest-commander';
import { migrateQueueTables } from '@app/mail';
import { Environment, Migrations } from '@app/runtime';
import { ReportingCommand, type ReportOptions } from '../report';

const listed = (names: readonly string[]): string => names.map((name) => `  ${name}`).join('\n');

@SubCommand({ name: 'migrate', description: 'apply the pending migrations; safe when several start at once' })
export class DbMigrateCommand extends ReportingCommand {
  constructor(
    private readonly migrations: Migrations,
    @Inject(Environment) private readonly environment: Environment,
  ) {
    super();
  }

  async run(_arguments: string[], options: ReportOptions): Promise<void> {
    const applied = await this.migrations.up();
    // Without Redis the mail queue lives in PostgreSQL, in tables of BullMQ's own.
    if (!this.environment.REDIS_HOST) await migrateQueueTables(this.environment);
    const words = applied.length === 0 ? 'Nothing to apply.' : `Applied:\n${listed(applied)}`;
    this.report(options, { applied }, words);
  }
}

@SubCommand({ name: 'status', description: 'list the migrations, applied and pending' })
export class DbStatusCommand extends ReportingCommand {
  constructor(private readonly migrations: Migrations) {
    super();
  }

  async run(_arguments: string[], options: ReportOptions): Promise<void> {
    const migrations = await this.migrations.status();
    const words = migrations
      .map(({ name, applied }) => `${applied ? 'applied' : 'pending'}  ${name}`)
      .join('\n');
    this.report(options, { migrations }, words);
  }
}

@SubCommand({ name: 'rollback', description: 'take back the newest migration' })
export class DbRollbackCommand extends ReportingCommand {
  constructor(private readonly migrations: Migrations) {
    super();
  }

  async run(_arguments: string[], options: ReportOptions): Promise<void> {
    const rolledBack = await this.migrations.down();
    const words = rolledBack.length === 0 ? 'Nothing to take back.' : `Taken back:\n${listed(rolledBack)}`;
    this.report(options, { rolled_back: rolledBack }, words);
  }
}

@Command({
  name: 'db',
  description: 'the schema of the database',
  subCommands: [DbMigrateCommand, DbStatusCommand, DbRollbackCommand],
})
export class DbCommand extends CommandRunner {
  run(): Promise<void> {
    this.command.help({ error: true });
  }
}
