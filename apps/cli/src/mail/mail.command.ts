import { Command } from 'nest-commander';
import { CommandGroup } from '../base-command';
import { MailBounceCommand } from './bounce.command';
import { MailOwedCommand } from './owed.command';
import { MailPreviewCommand } from './preview.command';
import { MailRetryCommand } from './retry.command';

@Command({
  name: 'mail',
  description: 'the mails that the service owes',
  subCommands: [MailOwedCommand, MailRetryCommand, MailPreviewCommand, MailBounceCommand],
  allowExcessArgs: true,
})
export class MailCommand extends CommandGroup {}
