import { Inject } from '@nestjs/common';
import { Option, SubCommand } from 'nest-commander';
import { OperatorTrail, type Erasure } from '@app/users';
import { BaseCommand } from '../base-command';
import { pagesOf, printRecords, type Column } from '../list-command';

const COLUMNS: readonly Column<Erasure>[] = [
  { name: 'account_id', value: ({ accountId }) => accountId },
  { name: 'digest', value: ({ digest }) => digest },
  { name: 'erased_at', value: ({ erasedAt }) => erasedAt.toISOString() },
];

@SubCommand({ name: 'erasures', description: 'print the erasure log, one JSON object per line' })
export class UsersErasuresCommand extends BaseCommand {
  protected readonly explanation = `
Store the output separately from the backups. After restoring an older backup, "users erase --again --from" with
this file repeats the erasures. It contains no addresses: a digest can be computed from an address and
SECRET_KEY, but not the other way round.`;
  protected readonly examples = {
    'users erasures > erasures.ndjson': '{"account_id": "…", "digest": "…", "erased_at": "…"} a line',
  };

  constructor(@Inject(OperatorTrail) private readonly trail: OperatorTrail) {
    super();
  }

  @Option({ flags: '--json', description: 'print one JSON object per line, which is the only format' })
  override parseJson(): boolean {
    return true;
  }

  async run(): Promise<void> {
    await printRecords(
      COLUMNS,
      pagesOf((limit, after) => this.trail.erasures(limit, after), Infinity),
    );
  }
}
