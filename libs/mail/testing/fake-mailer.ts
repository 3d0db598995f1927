import { isOneMailbox } from '../domain/mailbox';
import { MailRefused, type Mail, type Mailer } from '../domain/mailer';
import { Unavailable } from '@app/runtime';
import { render } from '../templates/render';
import type { DeliveredMail, MailerStage } from './mailer.contract';

/** A mail server in memory. */
export class FakeMailer implements Mailer, MailerStage {
  readonly mailer = this;
  readonly sent: Mail[] = [];
  private reply: 'takes' | 'refuses' | 'postpones' | 'away' = 'takes';

  async send(mail: Mail): Promise<void> {
    if (!isOneMailbox(mail.to) || this.reply === 'refuses') throw new MailRefused('550 refused by the test');
    if (this.reply !== 'takes') throw new Unavailable('mail', '451 not now');
    this.sent.push(mail);
  }

  async ping(): Promise<void> {
    if (this.reply === 'away') throw new Unavailable('mail', 'taken away by the test');
  }

  delivered(): DeliveredMail[] {
    return this.sent.map((mail) => ({
      recipients: [mail.to],
      messageId: mail.id,
      ...render(mail.content, mail.locale, 'User Registration'),
    }));
  }

  async take(): Promise<void> {
    this.reply = 'takes';
  }

  async refuse(): Promise<void> {
    this.reply = 'refuses';
  }

  async postpone(): Promise<void> {
    this.reply = 'postpones';
  }

  async goAway(): Promise<void> {
    this.reply = 'away';
  }
}
