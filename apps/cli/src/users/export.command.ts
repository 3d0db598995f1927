import { Inject } from '@nestjs/common';
import { Help, Option, SubCommand } from 'nest-commander';
import { Environment } from '@app/runtime';
import { AccountDirectory, FindAccount, type AccountEntry, type Page } from '@app/users';
import type { Column } from '../list-command';
import { helpText } from '../root-command';
import { csvLine, plainText } from '../terminal/format';
import { Output } from '../terminal/output';
import { Progress } from '../terminal/progress';
import { ACCOUNT_COLUMNS, HASH_COLUMN, AccountListCommand, type FilterOptions } from './account-list';
import { accountToJson, tracesToJson } from './account-json';

interface ExportOptions extends FilterOptions {
  readonly of?: string;
  readonly withHashes?: boolean;
}

const PAGE_ENTRIES = 2_000;

@SubCommand({ name: 'export', description: 'print all accounts, or everything stored about one person' })
export class UsersExportCommand extends AccountListCommand {
  constructor(
    @Inject(AccountDirectory) private readonly accounts: AccountDirectory,
    private readonly find: FindAccount,
    @Inject(Environment) private readonly environment: Environment,
  ) {
    super();
  }

  @Option({
    flags: '--of <account>',
    description: 'print everything stored about one person as one JSON object',
  })
  parseOf(given: string): string {
    return given;
  }

  @Option({ flags: '--with-hashes', description: 'include the bcrypt hashes; not allowed on a terminal' })
  parseWithHashes(): boolean {
    return true;
  }

  @Help('after')
  help(): string {
    return helpText(
      `Prints one JSON object per line, or CSV, newest account first, with constant memory. "users import" of another
installation reads an export with hashes. Protect such a file like the passwords themselves: hashes can be
cracked.`,
      {
        'users export --state activated > activated.ndjson': 'all activated addresses',
        'users export --with-hashes --state activated > move.ndjson': 'to move to another installation',
        'users export --of kevin@example.com': 'answer a data access request',
      },
    );
  }

  async run(_arguments: string[], options: ExportOptions): Promise<void> {
    this.refuseContradictions(options);
    if (options.of !== undefined) await this.exportOne(options.of);
    else await this.exportAll(options);
  }

  private async exportOne(reference: string): Promise<void> {
    const found = await this.find.findAccount(reference);
    if (found === null) throw new Error(`No account, mail or request found for ${plainText(reference)}.`);
    const { account, email, traces } = found;
    const held = {
      email,
      account:
        account === null ? null : { ...accountToJson(account, this.environment), password: 'held as a hash' },
      ...tracesToJson(traces),
    };
    await Output.write(`${JSON.stringify(held, null, 2)}\n`);
    if (account === null) process.exitCode = 1;
  }

  private async exportAll(options: ExportOptions): Promise<void> {
    const withHashes = options.withHashes ?? false;
    if (withHashes && process.stdout.isTTY) {
      this.command.error('error: --with-hashes must write to a file or a pipe, not to a terminal', {
        exitCode: 2,
      });
    }
    const filter = { ...this.filter(options), withHashes };
    const columns = withHashes ? [...ACCOUNT_COLUMNS, HASH_COLUMN] : ACCOUNT_COLUMNS;
    const most = options.limit ?? Infinity;
    // On a terminal, a progress bar would mix with the lines of the export.
    const drawn = Progress.wanted && !process.stdout.isTTY;
    const progress = new Progress(drawn ? Math.min(most, await this.accounts.count(filter)) : 0);
    if (options.csv) await Output.write(csvLine(columns.map(({ name }) => name)));
    let done = 0;
    let next: string | undefined;
    try {
      do {
        const page: Page<AccountEntry> = await this.accounts.list(
          filter,
          Math.min(PAGE_ENTRIES, most - done),
          next,
        );
        await Output.write(page.entries.map((entry) => line(columns, entry, options.csv)).join(''));
        done += page.entries.length;
        next = page.next ?? undefined;
        if (drawn) progress.at(done);
      } while (next !== undefined && done < most && !Output.closed);
    } finally {
      progress.end();
    }
  }
}

function line(columns: readonly Column<AccountEntry>[], entry: AccountEntry, csv = false): string {
  if (csv) return csvLine(columns.map(({ value }) => value(entry)));
  return `${JSON.stringify(Object.fromEntries(columns.map(({ name, value }) => [name, value(entry)])))}\n`;
}
