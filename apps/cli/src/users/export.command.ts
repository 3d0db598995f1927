import { Inject } from '@nestjs/common';
import { Option, SubCommand } from 'nest-commander';
import { Environment } from '@app/runtime';
import { AccountDirectory, FindAccount, type AccountEntry } from '@app/users';
import { pagesOf, printRecords } from '../list-command';
import { plainText } from '../terminal/format';
import { Output } from '../terminal/output';
import { Progress } from '../terminal/progress';
import { ACCOUNT_COLUMNS, HASH_COLUMN, AccountListCommand, type FilterOptions } from './account-list';
import { accountToJson, tracesToJson } from './account-json';

interface ExportOptions extends FilterOptions {
  readonly of?: string;
  readonly withHashes?: boolean;
}

@SubCommand({ name: 'export', description: 'print all accounts, or everything stored about one person' })
export class UsersExportCommand extends AccountListCommand {
  protected readonly explanation = `
Prints one JSON object per line, or CSV, newest account first, with constant memory. "users import" of another
installation reads an export with hashes. Protect such a file like the passwords themselves: hashes can be
cracked.`;
  protected readonly examples = {
    'users export --state activated > activated.ndjson': 'all activated addresses',
    'users export --with-hashes --state activated > move.ndjson': 'to move to another installation',
    'users export --of kevin@example.com': 'answer a data access request',
  };

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

  @Option({
    flags: '--limit <accounts>',
    description: 'number of accounts to print, 1 to 1000000 (default: all)',
  })
  override parseLimit(given: string): number {
    return super.parseLimit(given);
  }

  @Option({ flags: '--with-hashes', description: 'include the bcrypt hashes; not allowed on a terminal' })
  parseWithHashes(): boolean {
    return true;
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
    if (options.withHashes && process.stdout.isTTY) {
      this.wrongUsage('--with-hashes must write to a file or a pipe, not to a terminal');
    }
    const columns = options.withHashes ? [...ACCOUNT_COLUMNS, HASH_COLUMN] : ACCOUNT_COLUMNS;
    const most = options.limit ?? Infinity;
    // On a terminal, a progress bar would mix with the lines of the export.
    const drawn = Progress.wanted && !process.stdout.isTTY;
    const progress = new Progress(drawn ? Math.min(most, await this.accounts.count(options)) : 0);
    const pages = pagesOf<AccountEntry>((limit, after) => this.accounts.list(options, limit, after), most);
    try {
      await printRecords(columns, pages, options.csv, (done) => drawn && progress.at(done));
    } finally {
      progress.end();
    }
  }
}
