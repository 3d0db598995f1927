import { Inject } from '@nestjs/common';
import { SubCommand } from 'nest-commander';
import { AccountDirectory } from '@app/users';
import { ACCOUNT_COLUMNS, AccountListCommand, type FilterOptions } from './account-list';

@SubCommand({ name: 'list', description: 'list accounts, newest first' })
export class UsersListCommand extends AccountListCommand {
  protected readonly explanation = `
pending: registered but not activated yet (the code may have expired). undeliverable: not activated, and the
mail was given up. The output is a table on a terminal, and one JSON object per line in a pipe.`;
  protected readonly examples = {
    'users list': 'the 100 newest',
    'users list --state undeliverable --since 1d': 'whose mail could not be delivered since yesterday',
    'users list --since 2026-01-01 --until 2026-02-01 --all --csv': 'one month, for a spreadsheet',
  };

  constructor(@Inject(AccountDirectory) private readonly accounts: AccountDirectory) {
    super();
  }

  async run(_arguments: string[], options: FilterOptions): Promise<void> {
    await this.printList(options, ACCOUNT_COLUMNS, (limit, after) =>
      this.accounts.list(options, limit, after),
    );
  }
}
