import { SubCommand } from 'nest-commander';
import { Migrations } from '@app/runtime';
import { BaseCommand, type ReportOptions } from '../base-command';

@SubCommand({
  name: 'migrate',
  description: 'apply the pending migrations; safe to run several times concurrently',
})
export class DbMigrateCommand extends BaseCommand {
  protected readonly explanation = `
Run this before the first start, and on every upgrade before the new version starts. All pending migrations are
one transaction: either all are applied or none. If several run concurrently, one applies the migrations and the
others wait for it.`;
  protected readonly examples = {
    'db migrate': 'apply the pending migrations',
    'db migrate --json': '{"applied": ["0001_users.sql"]}',
  };

  constructor(private readonly migrations: Migrations) {
    super();
  }

  async run(_arguments: string[], options: ReportOptions): Promise<void> {
    const applied = await this.migrations.up();
    const names = applied.map((name) => `  ${name}`).join('\n');
    this.report(options, { applied }, applied.length === 0 ? 'Nothing to apply.' : `Applied:\n${names}`);
  }
}
