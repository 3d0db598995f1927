import { Command } from 'nest-commander';
import { CommandGroup } from '../report';
import { MailOwedCommand } from './mail-owed.command';
import { MailPreviewCommand } from './mail-preview.command';
import { MailRetryCommand } from './mail-retry.command';

@Command({
  name: 'mail',
  description: 'the mails that the service owes',
  subCommands: [MailOwedCommand, MailRetryCommand, MailPreviewCommand],
  allowExcessArgs: true,
})
export class MailCommand extends CommandGroup {}
