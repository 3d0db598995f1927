import { Inject } from '@nestjs/common';
import { Option, SubCommand } from 'nest-commander';
import { OwedMailAdministration, type Backlog, type OwedMail } from '@app/activation';
import { maskEmail } from '@app/runtime';
import { integer } from '../arguments';
import { BaseCommand, type ReportOptions } from '../base-command';
import { numbers, replyText, table, utc } from '../terminal/format';

interface OwedOptions extends ReportOptions {
  readonly limit?: number;
}

const LIMIT_MAX = 10_000;
const ERROR_LENGTH_MAX = 60;

@SubCommand({ name: 'owed', description: 'list mails that are owed (not sent yet) or given up' })
export class MailOwedCommand extends BaseCommand {
  protected readonly explanation = `
A mail is owed from the registration until the mail server accepts it. After a temporary failure it is retried
for about a day. After a permanent failure it is given up until you run "mail retry". Withheld: the mailbox
has already had MAIL_PER_ADDRESS_PER_DAY mails within a day. It is normal that a few mails are owed for seconds.
If they are owed for minutes, run "doctor" to find out why. Addresses are shown as t***@example.com.`;
  protected readonly examples = {
    'mail owed': 'the 50 oldest',
    'mail owed --json --limit 1000': 'for a script: {"owed": 2, "given_up": 1, "mails": […]}',
  };

  constructor(@Inject(OwedMailAdministration) private readonly owed: OwedMailAdministration) {
    super();
  }

  @Option({
    flags: '--limit <mails>',
    description: 'number of mails to list, 1 to 10000, oldest first (default: 50)',
  })
  parseLimit(given: string): number {
    return integer(given, 1, LIMIT_MAX);
  }

  async run(_arguments: string[], options: OwedOptions): Promise<void> {
    const [backlog, mails] = await Promise.all([this.owed.backlog(), this.owed.list(options.limit ?? 50)]);
    const result = {
      owed: backlog.owed,
      given_up: backlog.givenUp,
      ...(backlog.withheld > 0 ? { withheld: backlog.withheld } : {}),
      oldest_seconds: Math.round(backlog.oldestSeconds),
      mails: mails.map(toJson),
    };
    this.report(options, result, inWords(backlog, mails));
  }
}

const reason = (mail: OwedMail): string | null =>
  mail.lastError === null ? null : replyText(mail.lastError);

const toJson = (mail: OwedMail) => ({
  id: mail.id,
  state: mail.state,
  email: maskEmail(mail.email),
  attempts: mail.attempts,
  owed_since: mail.owedSince.toISOString(),
  next_try_at: mail.dueAt?.toISOString() ?? null,
  last_error: reason(mail),
});

function inWords(backlog: Backlog, mails: readonly OwedMail[]): string {
  if (mails.length === 0) return 'No mail is owed.';
  const rows = mails.map((mail) => [
    mail.state.replace('_', ' '),
    String(mail.attempts),
    utc(mail.owedSince),
    mail.dueAt === null ? '-' : utc(mail.dueAt),
    maskEmail(mail.email),
    shorten(reason(mail) ?? ''),
  ]);
  const total = backlog.owed + backlog.givenUp + backlog.withheld;
  const shown = mails.length < total ? `, the oldest ${numbers(mails.length)} shown` : '';
  const withheld = backlog.withheld > 0 ? `, ${numbers(backlog.withheld)} withheld within a day` : '';
  return [
    table(['STATE', 'ATTEMPTS', 'OWED SINCE (UTC)', 'NEXT ATTEMPT (UTC)', 'ADDRESS', 'LAST ERROR'], rows),
    '',
    `${numbers(backlog.owed)} owed, ${numbers(backlog.givenUp)} given up${withheld}${shown}.`,
  ].join('\n');
}

const shorten = (text: string): string =>
  text.length > ERROR_LENGTH_MAX ? `${text.slice(0, ERROR_LENGTH_MAX - 1)}…` : text;
