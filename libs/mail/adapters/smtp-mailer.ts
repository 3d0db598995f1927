import type { MailerService } from '@nestjs-modules/mailer';
import { toASCII } from 'tr46';
import { maskEmailsIn, SpanKind, traced, type Environment } from '@app/runtime';
import { type MailOutcome, isOneMailbox, type Mail, type Mailer } from '../domain/mailer';
import { bounceAddress, type BounceAddress } from '../bounces/bounce-address';
import type { SmtpServers } from './smtp/smtp-servers';

/** Renders mails and hands them to the mail servers, both through the mailer module. */
export class SmtpMailer implements Mailer {
  private readonly bounces: BounceAddress;
  private readonly ownDomain: string;

  constructor(
    private readonly mailer: MailerService,
    private readonly servers: SmtpServers,
    private readonly environment: Environment,
  ) {
    this.bounces = bounceAddress(environment);
    this.ownDomain = asciiDomain(environment.SMTP_FROM_EMAIL);
  }

  send(mail: Mail): Promise<MailOutcome> {
    return traced('smtp send', SpanKind.CLIENT, {}, () => this.handOver(mail));
  }

  heldForSeconds(): number {
    return this.servers.heldForSeconds();
  }

  private async handOver(mail: Mail): Promise<MailOutcome> {
    if (!isOneMailbox(mail.to)) return { kind: 'refused', reason: 'the address does not name one mailbox' };
    const { APP_NAME, BRAND_NAME, SMTP_FROM_EMAIL: from } = this.environment;
    try {
      const outcome: unknown = await this.mailer.sendMail({
        template: mail.content.kind,
        context: { content: mail.content, locale: mail.locale },
        messageId: `<${mail.id}@${this.ownDomain}>`,
        from: { name: BRAND_NAME || APP_NAME, address: from },
        // An object, because nodemailer splits a string at commas into several recipients.
        to: { name: '', address: mail.to },
        envelope: { from: this.bounces.senderOf(mail.id) ?? from, to: mail.to },
        // Prevents out-of-office replies and handling by mailing lists. Sources: RFC 3834, RFC 5436.
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      return outcome as MailOutcome;
    } catch (error) {
      // Not a reply of the server: a template that fails for real values, or a bug.
      return { kind: 'held', reason: maskEmailsIn((error as Error).message), retryInSeconds: 30 };
    }
  }
}

/** A Message-ID is ASCII, whatever the sender's domain is. Source: RFC 5322, section 3.6.4. */
function asciiDomain(address: string): string {
  const domain = address.slice(address.lastIndexOf('@') + 1);
  return toASCII(domain) || 'localhost';
}
