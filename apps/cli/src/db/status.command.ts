import { Help, SubCommand } from 'nest-commander';
import { Migrations } from '@app/runtime';
import { helpText } from '../root-command';
import { BaseCommand, type ReportOptions } from '../base-command';

@SubCommand({ name: 'status', description: 'list the migrations, applied and pending' })
export class DbStatusCommand extends BaseCommand {
  constructor(private readonly migrations: Migrations) {
    super();
  }

  @Help('after')
  help(): string {
    return helpText(
      `It only looks, so it may run against a replica. A migration that is applied and unknown to this
version was made by a newer one.`,
      { 'db status': 'applied, pending or unknown, one a line' },
    );
  }

  async run(_arguments: string[], options: ReportOptions): Promise<void> {
    const migrations = await this.migrations.status();
    const words = migrations.map(({ name, applied, known }) => {
      return `${applied ? (known ? 'applied' : 'unknown') : 'pending'}  ${name}`;
    });
    this.report(options, { migrations }, words.join('\n'));
  }
}
