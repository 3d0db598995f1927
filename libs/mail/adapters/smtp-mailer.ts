import { Injectable } from '@nestjs/common';
import type { MailerService } from '@nestjs-modules/mailer';
import { type Environment, Unavailable, maskEmailsIn, SpanKind, traced, within } from '@app/runtime';
import { isOneMailbox } from '../domain/mailbox';
import { MailRefused, type Mail, type Mailer } from '../domain/mailer';
import { render } from '../templates/render';

/** Longest wait for the mail server to take one mail, connecting included. */
export const SMTP_TIMEOUT_MS = 10_000;

interface SmtpError extends Error {
  readonly responseCode?: number;
  readonly command?: string;
}

/** Hands mails to the SMTP server over a pool of kept connections. */
@Injectable()
export class SmtpMailer implements Mailer {
  constructor(
    private readonly transport: MailerService,
    private readonly environment: Environment,
    /** Longest wait for one mail, in milliseconds. */
    private readonly timeoutMs = SMTP_TIMEOUT_MS,
  ) {}

  send(mail: Mail): Promise<void> {
    return traced('smtp send', SpanKind.CLIENT, {}, () => this.handOver(mail));
  }

  private async handOver(mail: Mail): Promise<void> {
    if (!isOneMailbox(mail.to)) throw new MailRefused('the address does not name one mailbox');
    const { APP_NAME: app, SMTP_FROM_EMAIL: from } = this.environment;
    const domain = from.slice(from.lastIndexOf('@') + 1);
    const sending = this.transport.sendMail({
      ...render(mail.content, mail.locale, app),
      messageId: `<${mail.id}@${domain}>`,
      from: { name: app, address: from },
      // An object, because nodemailer splits a text at its commas into several recipients.
      to: { name: '', address: mail.to },
      // No out-of-office replies, and no mailing list takes it for its own. Sources: RFC 3834, RFC 5436.
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    try {
      await within(sending, this.timeoutMs, () => new Error(`no answer within ${this.timeoutMs} ms`));
    } catch (error) {
      throw toDomainError(error as SmtpError);
    }
  }

  async ping(): Promise<void> {
    const transporter = this.transport.getTransporter();
    try {
      await within(Promise.resolve(transporter.verify()), 2_000, () => new Error('no answer within 2000 ms'));
    } catch (error) {
      throw new Unavailable('mail', maskEmailsIn((error as Error).message), { cause: error });
    }
  }
}

/**
 * A 5xx reply is final only where it speaks of this mail. One to the greeting, to AUTH or to our sender's address
 * speaks of us or of the server's day, and is mended by an operator: giving up every mail meanwhile would lose them.
 */
function toDomainError(error: SmtpError): Error {
  const reason = maskEmailsIn(error.message);
  const aboutThisMail = /^(RCPT TO|DATA)/.test(error.command ?? '');
  const final = aboutThisMail && (error.responseCode ?? 0) >= 500;
  return final
    ? new MailRefused(reason, { cause: error })
    : new Unavailable('mail', reason, { cause: error });
}
