import type { Transport } from 'nodemailer';
import type MailMessage from 'nodemailer/lib/mailer/mail-message';
import type { Environment } from '@app/runtime';
import type { MailOutcome } from '../../domain/mailer';
import { smtpAddresses, type SmtpAddress } from '../../domain/smtp-address';
import { SmtpServer } from './smtp-server';

/** How long the first server must fail before the second is used, in seconds. */
const FAIL_OVER_SECONDS = 10;

export interface ServerChange {
  readonly server: SmtpAddress['name'];
  /** Why the server accepts no mails; null if it does. */
  readonly reason: string | null;
}

/**
 * nodemailer's transport over the mail servers of the service: the first, and the fallback once the first has failed
 * for a while. A mail with unknown outcome at the first server never goes to the second.
 */
export class SmtpServers implements Transport<MailOutcome> {
  readonly name = 'smtp-servers';
  readonly version = '1';
  private readonly servers: readonly SmtpServer[];
  /** Called when a server starts to fail or works again. */
  onChange: (change: ServerChange) => void = () => {};

  constructor(environment: Environment) {
    const settings = {
      sessionsMax: environment.MAIL_CONCURRENCY,
      mailsPerSession: environment.SMTP_MESSAGES_PER_CONNECTION,
      timeoutMs: environment.SMTP_TIMEOUT_SECONDS * 1_000,
    };
    this.servers = smtpAddresses(environment).map(
      (address) =>
        new SmtpServer(address, settings, (reason) => this.onChange({ server: address.name, reason })),
    );
  }

  send(mail: MailMessage<MailOutcome>, callback: (error: Error | null, outcome: MailOutcome) => void): void {
    this.deliver(mail).then(
      (outcome) => callback(null, outcome),
      (error: unknown) => callback(error as Error, undefined as never),
    );
  }

  close(): void {
    for (const server of this.servers) server.close();
  }

  /** Seconds until an attempt makes sense; 0 while a server may accept mails. */
  heldForSeconds(): number {
    return Math.min(...this.usable().map(({ hold }) => hold.seconds));
  }

  private async deliver(mail: MailMessage<MailOutcome>): Promise<MailOutcome> {
    const { from, to } = mail.message.getEnvelope();
    const [recipient] = to;
    if (from === false || recipient === undefined) throw new Error('a mail needs a sender and a recipient');
    const raw = await mail.message.build();
    const [primary, fallback] = this.servers as [SmtpServer, SmtpServer?];
    const outcome = await primary.deliver({ from, to: recipient }, raw);
    if (outcome.kind !== 'held' || fallback === undefined || !this.usable().includes(fallback))
      return outcome;
    return await fallback.deliver({ from, to: recipient }, raw);
  }

  private usable(): readonly SmtpServer[] {
    const failingSeconds = this.servers[0]?.hold.failingSeconds ?? 0;
    return failingSeconds > FAIL_OVER_SECONDS ? this.servers : this.servers.slice(0, 1);
  }
}
