import { Inject } from '@nestjs/common';
import { Help, Option, SubCommand } from 'nest-commander';
import { OwedMailAdministration } from '@app/activation';
import { helpText } from '../root-command';
import { BaseCommand, type ReportOptions } from '../base-command';
import { counted } from '../terminal/format';

interface RetryOptions extends ReportOptions {
  readonly now?: boolean;
}

@SubCommand({ name: 'retry', description: 'retry the mails that were given up' })
export class MailRetryCommand extends BaseCommand {
  constructor(@Inject(OwedMailAdministration) private readonly owed: OwedMailAdministration) {
    super();
  }

  @Help('after')
  help(): string {
    return helpText(
      `Use it once what the mail server complained about is fixed: "mail owed" shows its words. The
mailer-worker sends them within seconds; each code begins its life with that.
What is still owed has a scheduled next attempt, up to hours away: "--now" makes those due immediately, too.`,
      {
        'mail retry': 'all that were given up',
        'mail retry --now': 'those, and all that wait for their next attempt',
        'mail retry --now --json': '{"retried": 3, "due_now": 12}',
      },
    );
  }

  @Option({ flags: '--now', description: 'do not wait for the next attempt of mails that are still owed' })
  parseNow(): boolean {
    return true;
  }

  async run(_arguments: string[], options: RetryOptions): Promise<void> {
    const retried = await this.owed.retryGivenUp();
    const words = retried === 0 ? 'No mail was given up.' : `${counted(retried, 'mail')} owed again.`;
    if (options.now !== true) return this.report(options, { retried }, words);
    const dueNow = await this.owed.retryPostponed();
    const hastened = dueNow === 0 ? 'None waited.' : `${counted(dueNow, 'mail')} no longer waiting.`;
    this.report(options, { retried, due_now: dueNow }, `${words} ${hastened}`);
  }
}
