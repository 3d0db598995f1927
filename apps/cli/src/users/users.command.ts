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
  description: 'accounts: find, list, export, import, help and erase them',
  subCommands: USERS_COMMANDS,
  allowExcessArgs: true,
})
export class UsersCommand extends CommandGroup {
  @Help('after')
  help(): string {
    return helpText(
      `What changes an account needs --reason and is kept in the audit trail. An account is named by its address in any
spelling, its id, its mail's id or the id of a request.`,
      {
        'users find kevin@example.com': 'what became of the registration and its mail',
        'users list --state undeliverable --since 1d': 'who got no mail since yesterday',
      },
    );
  }
}
