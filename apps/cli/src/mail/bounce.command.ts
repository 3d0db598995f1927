import { Inject } from '@nestjs/common';
import { SubCommand } from 'nest-commander';
import { OwedMailAdministration } from '@app/activation';
import { bounceAddress, readReport } from '@app/mail';
import { Environment } from '@app/runtime';
import { BaseCommand, type ReportOptions } from '../base-command';
import { replyText } from '../terminal/format';

/**
 * Maximum size of a report that is parsed, in bytes; the rest is dropped. Some servers return the whole mail, which
 * is small, but a megabyte of short lines from a stranger would take the parser half a minute.
 */
const REPORT_BYTES_MAX = 262_144;

@SubCommand({ name: 'bounce', description: 'process a bounce from standard input' })
export class MailBounceCommand extends BaseCommand {
  protected readonly explanation = `
For a pipe from your mail server. A permanent failure (RFC 3464) or a complaint (RFC 5965) ends the registration
of that mail: its code becomes invalid, its address becomes free, and an event is written. Anything else is
ignored: reports without a tag signed by this service (SMTP_BOUNCE_ADDRESS), other mails, temporary failures,
and reports about activated accounts. The exit status is 0 even then, so that the mail server does not bounce
the bounce.`;
  protected readonly examples = {
    'mail bounce < dsn.eml': 'process one bounce',
    'mail bounce --json < dsn.eml': '{"taken": true, "result": "The registration has ended"}',
  };

  constructor(
    @Inject(OwedMailAdministration) private readonly owed: OwedMailAdministration,
    @Inject(Environment) private readonly environment: Environment,
  ) {
    super();
  }

  async run(_arguments: string[], options: ReportOptions): Promise<void> {
    const { taken, result } = await this.processReport(await firstBytes(process.stdin, REPORT_BYTES_MAX));
    this.report(options, { taken, result }, `${result}.`);
  }

  private async processReport(message: Buffer): Promise<{ taken: boolean; result: string }> {
    const { bounce, text } = await readReport(message);
    if (bounce === undefined) return { taken: false, result: 'Not a bounce' };
    const mailId = bounceAddress(this.environment).mailIdIn(text);
    if (mailId === undefined)
      return { taken: false, result: 'No mail of this service: the signed tag is missing' };
    const reason = replyText(bounce.reason);
    if (!bounce.permanent) return { taken: false, result: `Not permanent: ${reason}` };
    return (await this.owed.endUndeliverable(mailId, `bounced: ${reason}`))
      ? { taken: true, result: 'The registration has ended' }
      : { taken: false, result: 'Nothing to end: the registration was already activated, replaced or ended' };
  }
}

/** Reads a stream to its end, so that the mail server can write all of it, but keeps only the beginning. */
async function firstBytes(input: AsyncIterable<Buffer>, bytesMax: number): Promise<Buffer> {
  const kept: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    if (bytes < bytesMax) kept.push(chunk);
    bytes += chunk.length;
  }
  return Buffer.concat(kept).subarray(0, bytesMax);
}
