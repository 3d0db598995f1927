import { Command } from 'nest-commander';
import { CommandGroup } from '../base-command';
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
export class UsersCommand extends CommandGroup {}
