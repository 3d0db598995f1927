import { Inject } from '@nestjs/common';
import { Help, SubCommand } from 'nest-commander';
import { OperatorTrail } from '@app/users';
import { BaseCommand } from '../base-command';
import { helpText } from '../root-command';
import { Output } from '../terminal/output';

const PAGE_ENTRIES = 1_000;

@SubCommand({ name: 'erasures', description: 'print the erasure log, one JSON object per line' })
export class UsersErasuresCommand extends BaseCommand {
  constructor(@Inject(OperatorTrail) private readonly trail: OperatorTrail) {
    super();
  }

  @Help('after')
  help(): string {
    return helpText(
      `Store the output separately from the backups. After restoring an older backup, "users erase --again --from" with
this file repeats the erasures. It contains no addresses: a digest can be computed from an address and
SECRET_KEY, but not the other way round.`,
      {
        'users erasures > erasures.ndjson': '{"account_id": "…", "digest": "…", "erased_at": "…"} a line',
      },
    );
  }

  async run(): Promise<void> {
    let after: string | undefined;
    do {
      const page = await this.trail.erasures(PAGE_ENTRIES, after);
      const lines = page.entries.map(({ accountId, digest, erasedAt }) =>
        JSON.stringify({ account_id: accountId, digest, erased_at: erasedAt }),
      );
      await Output.write(lines.map((line) => `${line}\n`).join(''));
      after = page.next ?? undefined;
    } while (after !== undefined && !Output.closed);
  }
}
