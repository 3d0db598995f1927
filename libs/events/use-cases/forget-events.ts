import { Inject, Injectable } from '@nestjs/common';
import { EventRetention, type ForgottenBatch } from '../domain/event-retention';

export interface ForgetOptions {
  /** Most rows a statement deletes. */
  readonly batchSize: number;
  /** Ends after the batch in progress; the next run continues from there. */
  readonly signal?: AbortSignal;
}

/** Deletes events that are older than EVENTS_RETENTION_DAYS, batch by batch. */
@Injectable()
export class ForgetEvents {
  constructor(@Inject(EventRetention) private readonly retention: EventRetention) {}

  /** @throws {Unavailable} what was deleted until then stays deleted */
  async forgetEvents({ batchSize, signal }: ForgetOptions): Promise<ForgottenBatch> {
    let deleted = 0;
    let undelivered = 0;
    while (!signal?.aborted) {
      const batch = await this.retention.forget(batchSize);
      deleted += batch.deleted;
      undelivered += batch.undelivered;
      if (batch.deleted < batchSize) break;
    }
    return { deleted, undelivered };
  }
}
