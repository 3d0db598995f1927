import { Inject } from '@nestjs/common';
import { Help, SubCommand } from 'nest-commander';
import { AccountDirectory } from '@app/users';
import { helpText } from '../root-command';
import { ACCOUNT_COLUMNS } from './account-columns';
import { AccountListCommand, type FilterOptions } from './filter-options';

@SubCommand({ name: 'list', description: 'list accounts, the newest first' })
export class UsersListCommand extends AccountListCommand {
  constructor(@Inject(AccountDirectory) private readonly accounts: AccountDirectory) {
    super();
  }

  @Help('after')
  help(): string {
    return helpText(
      `pending: registered, not activated yet (its code may have expired). undeliverable: never activated, and
its mail was given up. A terminal gets a table, a pipe one JSON object a line.`,
      {
        'users list': 'the 100 newest',
        'users list --state undeliverable --since 1d': 'who got no mail since yesterday',
        'users list --since 2026-01-01 --until 2026-02-01 --all --csv': 'a month, for a spreadsheet',
      },
    );
  }

  async run(_arguments: string[], options: FilterOptions): Promise<void> {
    const filter = this.filter(options);
    await this.printList(options, ACCOUNT_COLUMNS, (limit, after) =>
      this.accounts.list(filter, limit, after),
    );
  }
}
