import { readFileSync } from 'node:fs';
import { Inject } from '@nestjs/common';
import { Help, SubCommand } from 'nest-commander';
import { UndeliverableRegistrations } from '@app/activation';
import { bounceAddress, readBounce } from '@app/mail';
import { Environment, maskEmailsIn } from '@app/runtime';
import { BaseCommand, type ReportOptions } from '../base-command';
import { helpText } from '../root-command';
import { plainText } from '../terminal/format';

/** Largest report that is read, in characters: some servers return the whole mail, which is small. */
const REPORT_LENGTH_MAX = 1_048_576;

@SubCommand({ name: 'bounce', description: 'take in a bounce from the standard input' })
export class MailBounceCommand extends BaseCommand {
  constructor(
    @Inject(UndeliverableRegistrations) private readonly registrations: UndeliverableRegistrations,
    @Inject(Environment) private readonly environment: Environment,
  ) {
    super();
  }

  @Help('after')
  help(): string {
    return helpText(
      `For a pipe from your mail server. A permanent failure (RFC 3464) or a complaint (RFC 5965) ends the registration
that the mail belongs to: its code is dead, its address free, and an event says so. What is not signed by this
service (SMTP_BOUNCE_ADDRESS), is no report, is temporary, or is about an activated account changes nothing.
The exit status is 0 in all these cases, so that the mail server does not bounce the bounce.`,
      {
        'mail bounce < dsn.eml': 'one bounce',
        'mail bounce --json < dsn.eml': '{"taken": true, "result": "the registration has ended"}',
      },
    );
  }

  async run(_arguments: string[], options: ReportOptions): Promise<void> {
    const message = readFileSync(0, 'utf8').slice(0, REPORT_LENGTH_MAX);
    const { taken, result } = await this.takeIn(message);
    this.report(options, { taken, result }, `${result}.`);
  }

  private async takeIn(message: string): Promise<{ taken: boolean; result: string }> {
    const bounce = readBounce(message);
    if (bounce === undefined) return { taken: false, result: 'Not a bounce' };
    const mailId = bounceAddress(this.environment).mailIdIn(message);
    if (mailId === undefined)
      return { taken: false, result: 'No mail of this service: the signed tag is missing' };
    const reason = plainText(maskEmailsIn(bounce.reason));
    if (!bounce.permanent) return { taken: false, result: `Not permanent: ${reason}` };
    return (await this.registrations.end(mailId, `bounced: ${reason}`))
      ? { taken: true, result: 'The registration has ended' }
      : { taken: false, result: 'Nothing to end: activated, replaced, or ended before' };
  }
}
