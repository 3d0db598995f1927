import { Inject } from '@nestjs/common';
import { Help, SubCommand } from 'nest-commander';
import { migrateQueueTables } from '@app/mail';
import { Environment, hasRedis, Migrations } from '@app/runtime';
import { helpText } from '../root-command';
import { BaseCommand, type ReportOptions } from '../base-command';

@SubCommand({ name: 'migrate', description: 'apply the pending migrations; safe when several start at once' })
export class DbMigrateCommand extends BaseCommand {
  constructor(
    private readonly migrations: Migrations,
    @Inject(Environment) private readonly environment: Environment,
  ) {
    super();
  }

  @Help('after')
  help(): string {
    return helpText(
      `Run it before the first start and after every upgrade, before the new version starts. Each migration is
one transaction: it is applied whole, or not at all. Where several run at once, one works and the
others wait for it. Without REDIS_HOST it makes the tables of the mail queue, too.`,
      {
        'db migrate': 'apply what is pending',
        'db migrate --json': '{"applied": ["0001_users.sql"]}',
      },
    );
  }

  async run(_arguments: string[], options: ReportOptions): Promise<void> {
    const applied = await this.migrations.up();
    // Without Redis the mail queue lives in PostgreSQL, in tables of BullMQ's own.
    if (!hasRedis(this.environment)) await migrateQueueTables(this.environment);
    const names = applied.map((name) => `  ${name}`).join('\n');
    this.report(options, { applied }, applied.length === 0 ? 'Nothing to apply.' : `Applied:\n${names}`);
  }
}
