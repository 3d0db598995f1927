import { SubCommand } from 'nest-commander';
import { Migrations } from '@app/runtime';
import { BaseCommand, type ReportOptions } from '../base-command';

@SubCommand({ name: 'status', description: 'list applied and pending migrations' })
export class DbStatusCommand extends BaseCommand {
  protected readonly explanation = `
Read-only, so it can run against a replica. A migration that is applied but unknown to this version
belongs to a newer version.`;
  protected readonly examples = { 'db status': 'one migration per line: applied, pending or unknown' };

  constructor(private readonly migrations: Migrations) {
    super();
  }

  async run(_arguments: string[], options: ReportOptions): Promise<void> {
    const migrations = await this.migrations.status();
    const words = migrations.map(({ name, applied, known }) => {
      return `${applied ? (known ? 'applied' : 'unknown') : 'pending'}  ${name}`;
    });
    this.report(options, { migrations }, words.join('\n'));
  }
}
