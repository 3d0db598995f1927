import { Inject } from '@nestjs/common';
import { Option, SubCommand } from 'nest-commander';
import { OwedMailAdministration } from '@app/activation';
import { BaseCommand, type ReportOptions } from '../base-command';
import { counted } from '../terminal/format';

interface RetryOptions extends ReportOptions {
  readonly now?: boolean;
}

@SubCommand({ name: 'retry', description: 'retry the mails that were given up' })
export class MailRetryCommand extends BaseCommand {
  protected readonly explanation = `
Use it after fixing what the mail server complained about; "mail owed" shows its replies. The mailer-worker sends
the mails within seconds, and the lifetime of each code starts then. Mails that are still owed may have their
next attempt hours from now; "--now" makes them due immediately as well.`;
  protected readonly examples = {
    'mail retry': 'retry all given-up mails',
    'mail retry --now': 'also retry all owed mails without waiting',
    'mail retry --now --json': '{"retried": 3, "due_now": 12}',
  };

  constructor(@Inject(OwedMailAdministration) private readonly owed: OwedMailAdministration) {
    super();
  }

  @Option({ flags: '--now', description: 'also retry owed mails now instead of at their next attempt' })
  parseNow(): boolean {
    return true;
  }

  async run(_arguments: string[], options: RetryOptions): Promise<void> {
    const retried = await this.owed.retryGivenUp();
    const words = retried === 0 ? 'No mail was given up.' : `${counted(retried, 'mail')} owed again.`;
    if (options.now !== true) return this.report(options, { retried }, words);
    const dueNow = await this.owed.retryPostponed();
    const dueWords = dueNow === 0 ? 'No mail was waiting.' : `${counted(dueNow, 'mail')} due now.`;
    this.report(options, { retried, due_now: dueNow }, `${words} ${dueWords}`);
  }
}
