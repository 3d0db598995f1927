import { Inject, Injectable } from '@nestjs/common';
import { MailQueue } from '@app/mail';
import { Logger } from '@app/runtime';

/** Puts an owed mail on the queue, if the queue is there. The row already promises the mail: the reconciler finds it. */
@Injectable()
export class AnnounceMail {
  constructor(
    @Inject(MailQueue) private readonly queue: MailQueue,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  async execute(mailId: string): Promise<void> {
    try {
      await this.queue.announce([mailId]);
    } catch (error) {
      this.logger.warn({ error }, 'The mail queue is away; the mail will be sent by the reconciler');
    }
  }
}
