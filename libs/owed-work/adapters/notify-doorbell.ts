import { Inject, Injectable } from '@nestjs/common';
import { inTime, Logger, Sql } from '@app/runtime';
import { coalesced } from '../domain/coalesced';
import type { Doorbell } from '../domain/doorbell';
import { RING_SPACING_MS } from './redis-doorbell';

/** Channel of PostgreSQL's NOTIFY. */
export const DOORBELL_CHANNEL = 'owed_work';

/** PostgreSQL's own NOTIFY, for one-node mode: every worker that listens is awake. */
@Injectable()
export class NotifyDoorbell implements Doorbell {
  readonly ring = coalesced(() => this.notify(), RING_SPACING_MS);

  constructor(
    @Inject(Sql) private readonly sql: Sql,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  private async notify(): Promise<void> {
    try {
      await inTime(this.sql`select pg_notify(${DOORBELL_CHANNEL}, '')`);
    } catch (error) {
      this.logger.debug({ error }, 'The doorbell is unavailable; the workers sweep');
    }
  }
}
