import { Inject } from '@nestjs/common';
import { Help, SubCommand } from 'nest-commander';
import { OwedMailRepository } from '@app/activation';
import { helpText } from '../root-command';
import { BaseCommand, type ReportOptions } from '../base-command';
import { counted } from '../terminal/format';

@SubCommand({ name: 'retry', description: 'owe the mails again that were given up' })
export class MailRetryCommand extends BaseCommand {
  constructor(@Inject(OwedMailRepository) private readonly owed: OwedMailRepository) {
    super();
  }

  @Help('after')
  help(): string {
    return helpText(
      `Use it once what the mail server complained about is mended: "mail owed" shows its words. The
mailer-worker sends them within seconds; each code begins its life with that.`,
      { 'mail retry': 'all of them', 'mail retry --json': '{"retried": 3}' },
    );
  }

  async run(_arguments: string[], options: ReportOptions): Promise<void> {
    const retried = await this.owed.retryGivenUp();
    const words = retried === 0 ? 'No mail was given up.' : `${counted(retried, 'mail')} owed again.`;
    this.report(options, { retried }, words);
  }
}
