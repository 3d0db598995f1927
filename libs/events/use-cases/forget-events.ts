import { Inject, Injectable } from '@nestjs/common';
import { EventLog, type ForgottenBatch } from '../domain/event-log';

export interface ForgetOptions {
  /** Maximum number of rows that a statement deletes. */
  readonly batchSize: number;
  /** Ends the purge after the current batch; the next one continues from there. */
  readonly signal?: AbortSignal;
}

/** Deletes events that are older than EVENTS_RETENTION_DAYS, batch by batch. */
@Injectable()
export class ForgetEvents {
  constructor(@Inject(EventLog) private readonly log: Pick<EventLog, 'forget'>) {}

  /** @throws {Unavailable} rows deleted before that stay deleted */
  async forgetEvents({ batchSize, signal }: ForgetOptions): Promise<ForgottenBatch> {
    let deleted = 0;
    let undelivered = 0;
    while (!signal?.aborted) {
      const batch = await this.log.forget(batchSize);
      deleted += batch.deleted;
      undelivered += batch.undelivered;
      if (batch.deleted < batchSize) break;
    }
    return { deleted, undelivered };
  }
}
