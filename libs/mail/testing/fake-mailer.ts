import { parseEnvironment } from '@app/runtime';
import { isOneMailbox, type MailOutcome, type Mail, type Mailer } from '../domain/mailer';
import { MailTemplates } from '../templates/mail-templates';
import type { DeliveredMail, MailerStage } from './mailer.contract';

/** A mail server in memory. */
export class FakeMailer implements Mailer, MailerStage {
  readonly mailer = this;
  readonly sent: Mail[] = [];
  private readonly templates = new MailTemplates(parseEnvironment({}));
  private reply: MailOutcome = { kind: 'sent' };

  async send(mail: Mail): Promise<MailOutcome> {
    if (!isOneMailbox(mail.to)) return { kind: 'refused', reason: 'not one mailbox' };
    if (this.reply.kind === 'sent') this.sent.push(mail);
    return this.reply;
  }

  heldForSeconds(): number {
    return this.reply.kind === 'held' ? this.reply.retryInSeconds : 0;
  }

  delivered(): DeliveredMail[] {
    return this.sent.map((mail) => ({
      recipients: [mail.to],
      messageId: mail.id,
      ...this.templates.render(mail.content, mail.locale),
    }));
  }

  async take(): Promise<void> {
    this.reply = { kind: 'sent' };
  }

  async refuse(): Promise<void> {
    this.reply = { kind: 'refused', reason: '550 5.1.1 refused by the test' };
  }

  async postpone(): Promise<void> {
    this.reply = { kind: 'deferred', reason: '451 4.7.1 not now' };
  }

  async becomeUnavailable(): Promise<void> {
    this.reply = { kind: 'held', reason: 'made unavailable by the test', retryInSeconds: 1 };
  }

  /** Accepts the mail and breaks the connection before replying. */
  async breakAfterAccepting(): Promise<void> {
    this.reply = { kind: 'unknown', reason: 'the connection broke' };
  }
}
