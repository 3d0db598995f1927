import { Command, Help } from 'nest-commander';
import { CommandGroup } from '../base-command';
import { helpText } from '../root-command';
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
export class MailCommand extends CommandGroup {
  @Help('after')
  help(): string {
    return helpText(`The mailer-worker sends what is owed; these commands show it and help it.`, {
      'mail owed': 'what waits, and why',
      'mail retry --now': 'try all of it now',
    });
  }
}
