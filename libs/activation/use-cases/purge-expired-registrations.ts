import { Inject, Injectable } from '@nestjs/common';
import { ExpiredRegistrations, type PurgedBatch } from '../domain/purge';

export interface PurgeOptions {
  readonly olderThanSeconds: number;
  /** Maximum number of rows that a statement deletes. */
  readonly batchSize: number;
  /** Stops if another exclusive purge is running. */
  readonly alone?: boolean;
  /** Ends the purge after the current batch. Deleted rows stay deleted, and the next purge continues from there. */
  readonly signal?: AbortSignal;
  /** Called after each batch with the number of registrations deleted so far. */
  readonly onProgress?: (deleted: number) => void;
}

export interface Purged {
  readonly registrations: number;
  /** Addresses whose daily counts of failed attempts and mails were deleted. */
  readonly addressDays: number;
}

/** Deletes expired registrations in batches, so that no statement holds many locks or runs long. */
@Injectable()
export class PurgeExpiredRegistrations {
  constructor(@Inject(ExpiredRegistrations) private readonly dead: ExpiredRegistrations) {}

  /** Resolves to the number of deleted rows. @throws {Unavailable} rows deleted before that stay deleted */
  async purgeExpiredRegistrations({ onProgress, ...options }: PurgeOptions): Promise<Purged> {
    const { olderThanSeconds, alone, batchSize: limit } = options;
    const registrations = await batchByBatch(
      options,
      (after) => this.dead.purge({ olderThanSeconds, limit, after, alone }),
      onProgress,
    );
    const addressDays = await batchByBatch(options, (after) => this.dead.forgetAddressDays({ limit, after }));
    return { registrations, addressDays };
  }

  /** Number of registrations that a purge would delete. @throws {Unavailable} */
  count(olderThanSeconds: number): Promise<number> {
    return this.dead.count(olderThanSeconds);
  }
}

async function batchByBatch(
  { batchSize, signal }: PurgeOptions,
  next: (after: string | undefined) => Promise<PurgedBatch>,
  onProgress?: (deleted: number) => void,
): Promise<number> {
  let deleted = 0;
  let after: string | undefined;
  while (!signal?.aborted) {
    const batch = await next(after);
    deleted += batch.deleted;
    after = batch.place ?? after;
    onProgress?.(deleted);
    if (batch.deleted < batchSize) break;
  }
  return deleted;
}
