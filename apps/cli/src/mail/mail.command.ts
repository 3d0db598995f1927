import { Command } from 'nest-commander';
import { CommandGroup } from '../base-command';
import { MailBounceCommand } from './bounce.command';
import { MailOwedCommand } from './owed.command';
import { MailPreviewCommand } from './preview.command';
import { MailRetryCommand } from './retry.command';

@Command({
  name: 'mail',
  description: 'mails: list, retry and preview them, and take in bounces',
  subCommands: [MailOwedCommand, MailRetryCommand, MailPreviewCommand, MailBounceCommand],
  allowExcessArgs: true,
})
export class MailCommand extends CommandGroup {}
