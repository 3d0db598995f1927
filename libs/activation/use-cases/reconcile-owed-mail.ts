import { Inject, Injectable } from '@nestjs/common';
import { MailQueue } from '@app/mail';
import { OwedMailRepository, type DuePlace } from '../domain/owed-mail-repository';

/** Ids a round trip to the queue: few enough for its deadline, on a busy machine too. */
const BATCH = 200;
/** Jobs in the queue beyond which no more are added: the rest is safe in the database, and the queue stays small. */
const QUEUE_DEPTH_MAX = 10_000;
/** Longest wait for the queue, in milliseconds: no request waits for it, and at the start it is still being reached. */
const QUEUE_TIMEOUT_MS = 2_000;

/**
 * Announces the mails that are due: those whose announcement was lost with the queue, and those whose next attempt
 * has come. An id that is already in the queue stays there once.
 */
@Injectable()
export class ReconcileOwedMail {
  constructor(
    @Inject(OwedMailRepository) private readonly owed: OwedMailRepository,
    @Inject(MailQueue) private readonly queue: MailQueue,
  ) {}

  /** Resolves to how many it announced. @throws {Unavailable} */
  async execute(): Promise<number> {
    let room = QUEUE_DEPTH_MAX - (await this.queue.depth(QUEUE_TIMEOUT_MS));
    let announced = 0;
    let place: DuePlace | undefined;
    while (room > 0) {
      const batch = await this.owed.due(Math.min(BATCH, room), place);
      if (batch.length === 0) break;
      await this.queue.announce(
        batch.map(({ id }) => id),
        QUEUE_TIMEOUT_MS,
      );
      announced += batch.length;
      room -= batch.length;
      place = batch.at(-1);
    }
    return announced;
  }
}
