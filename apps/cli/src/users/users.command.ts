import { Command, Help } from 'nest-commander';
import { CommandGroup } from '../base-command';
import { helpText } from '../root-command';
import { UsersActivateCommand } from './activate.command';
import { UsersEraseCommand } from './erase.command';
import { UsersErasuresCommand } from './erasures.command';
import { UsersExportCommand } from './export.command';
import { UsersFindCommand } from './find.command';
import { UsersImportCommand } from './import.command';
import { UsersListCommand } from './list.command';
import { UsersResendCommand } from './resend.command';

export const USERS_COMMANDS = [
  UsersFindCommand,
  UsersListCommand,
  UsersExportCommand,
  UsersImportCommand,
  UsersResendCommand,
  UsersActivateCommand,
  UsersEraseCommand,
  UsersErasuresCommand,
];

@Command({
  name: 'users',
  description: 'accounts: find, list, export, import, activate and erase them',
  subCommands: USERS_COMMANDS,
  allowExcessArgs: true,
})
export class UsersCommand extends CommandGroup {
  @Help('after')
  help(): string {
    return helpText(
      `Commands that change an account require --reason, which is kept in the audit trail. Refer to an account by its
email address, its id, the id of a mail or the id of a request.`,
      {
        'users find kevin@example.com': 'show the state of the registration and its mail',
        'users list --state undeliverable --since 1d': 'whose mail could not be delivered since yesterday',
      },
    );
  }
}
