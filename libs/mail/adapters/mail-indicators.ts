import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import { CachedIndicator } from '@app/runtime';
import { MailQueue } from '../domain/mail-queue';
import { Mailer } from '../domain/mailer';

/** Whether the mail server greets us. */
@Injectable()
export class SmtpIndicator extends CachedIndicator<'smtp'> {
  constructor(indicators: HealthIndicatorService, @Inject(Mailer) mailer: Mailer) {
    super(indicators, 'smtp', () => mailer.ping());
  }
}

/** Whether mails can be announced to the workers. */
@Injectable()
export class MailQueueIndicator extends CachedIndicator<'mail_queue'> {
  constructor(indicators: HealthIndicatorService, @Inject(MailQueue) queue: MailQueue) {
    super(indicators, 'mail_queue', () => queue.depth());
  }
}
