import { Option, SubCommand } from 'nest-commander';
import { Migrations, type Loss } from '@app/runtime';
import { BaseCommand, type ReportOptions } from '../base-command';
import { confirm } from '../terminal/confirm';
import { counted } from '../terminal/format';

interface RollbackOptions extends ReportOptions {
  readonly yes?: boolean;
}

@SubCommand({
  name: 'rollback',
  description: 'revert the latest migration, after showing which data is lost',
})
export class DbRollbackCommand extends BaseCommand {
  protected readonly explanation = `
Reverts one migration and drops the data in its tables and columns; reverting the first migration drops every
account. It lists the tables, columns and numbers of rows, and asks for confirmation. Make a backup and stop
the service first. Without a terminal it requires --yes; otherwise it exits with status 2 and drops nothing.`;
  protected readonly examples = {
    'db rollback': 'show which data is lost, then ask',
    'db rollback --yes --json': '{"rolled_back": ["…"], "lost": [{"table": "…", "rows": 3}]}',
  };

  constructor(private readonly migrations: Migrations) {
    super();
  }

  @Option({ flags: '--yes', description: 'do not ask for confirmation' })
  parseYes(): boolean {
    return true;
  }

  async run(_arguments: string[], options: RollbackOptions): Promise<void> {
    const newest = await this.migrations.rollbackLoss();
    if (newest === null) {
      this.report(options, { rolled_back: [], lost: [] }, 'Nothing to revert.');
      return;
    }
    const lost = newest.losses.map(inWords);
    process.stderr.write(
      `${newest.name} ${lost.length === 0 ? 'holds no data' : `holds ${lost.join(', ')}`}.\n`,
    );
    await confirm(this.command, `Revert ${newest.name}?`, options.yes);
    const rolledBack = await this.migrations.down();
    const words = rolledBack.length === 0 ? 'Nothing to revert.' : `Reverted: ${rolledBack.join(', ')}`;
    this.report(options, { rolled_back: rolledBack, lost: newest.losses }, words);
  }
}

const inWords = ({ table, column, rows }: Loss): string =>
  column === undefined
    ? `the table ${table} (${counted(rows, 'row')})`
    : `the column ${table}.${column} (${counted(rows, 'row')} with a value)`;
