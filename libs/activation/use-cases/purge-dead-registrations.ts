import { Inject, Injectable } from '@nestjs/common';
import { DeadRegistrations } from '../domain/purge';

export interface PurgeOptions {
  readonly olderThanSeconds: number;
  readonly batchSize: number;
  /** Called after each batch with the number deleted so far. */
  readonly onProgress?: (deleted: number) => void;
}

/** Deletes dead registrations batch by batch, so that no statement holds many locks or lives long. */
@Injectable()
export class PurgeDeadRegistrations {
  constructor(@Inject(DeadRegistrations) private readonly registrations: DeadRegistrations) {}

  /** Resolves to how many it deleted. @throws {Unavailable} */
  async execute({ olderThanSeconds, batchSize, onProgress }: PurgeOptions): Promise<number> {
    let deleted = 0;
    for (;;) {
      const batch = await this.registrations.purge(olderThanSeconds, batchSize);
      deleted += batch;
      onProgress?.(deleted);
      if (batch < batchSize) break;
    }
    while ((await this.registrations.forgetWrongTries(batchSize)) === batchSize);
    return deleted;
  }

  count(olderThanSeconds: number): Promise<number> {
    return this.registrations.count(olderThanSeconds);
  }
}
