import { Inject, Injectable } from '@nestjs/common';
import { CachedCheck } from '@app/runtime';
import { MailQueue } from '../domain/mail-queue';
import { Mailer } from '../domain/mailer';

/** Whether mails can be queued and handed over. */
@Injectable()
export class MailCheck extends CachedCheck {
  constructor(@Inject(Mailer) mailer: Mailer, @Inject(MailQueue) queue: MailQueue) {
    super(async () => {
      await Promise.all([mailer.ping(), queue.depth()]);
    });
  }
}
