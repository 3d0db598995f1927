import { Command, Help } from 'nest-commander';
import { CommandGroup } from '../base-command';
import { helpText } from '../root-command';
import { MailBounceCommand } from './bounce.command';
import { MailOwedCommand } from './owed.command';
import { MailPreviewCommand } from './preview.command';
import { MailRetryCommand } from './retry.command';

@Command({
  name: 'mail',
  description: 'mails: list, retry and preview them, and process bounces',
  subCommands: [MailOwedCommand, MailRetryCommand, MailPreviewCommand, MailBounceCommand],
  allowExcessArgs: true,
})
export class MailCommand extends CommandGroup {
  @Help('after')
  help(): string {
    return helpText(`The mailer-worker sends owed mails. These commands show them and retry failed ones.`, {
      'mail owed': 'list owed mails and why they wait',
      'mail retry --now': 'retry all of them now',
    });
  }
}
