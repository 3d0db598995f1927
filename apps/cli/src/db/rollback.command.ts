import { Help, SubCommand } from 'nest-commander';
import { Migrations } from '@app/runtime';
import { helpText } from '../root-command';
import { BaseCommand, type ReportOptions } from '../base-command';

@SubCommand({ name: 'rollback', description: 'take back the newest migration' })
export class DbRollbackCommand extends BaseCommand {
  constructor(private readonly migrations: Migrations) {
    super();
  }

  @Help('after')
  help(): string {
    return helpText(
      `It takes back one migration, and with it what its tables and columns held: taking back the first one
drops every account. Make a backup first, and stop the service.`,
      { 'db rollback': 'take back one' },
    );
  }

  async run(_arguments: string[], options: ReportOptions): Promise<void> {
    const rolledBack = await this.migrations.down();
    const words = rolledBack.length === 0 ? 'Nothing to take back.' : `Taken back: ${rolledBack.join(', ')}`;
    this.report(options, { rolled_back: rolledBack }, words);
  }
}
