import { Inject, Injectable } from '@nestjs/common';
import { inTime, Logger, OneAtATime, Sql } from '@app/runtime';
import { DOORBELL_CHANNEL, RING_SPACING_MS, type Doorbell } from '../domain/doorbell';

/** PostgreSQL's NOTIFY, for one-node mode: it wakes every listening worker. */
@Injectable()
export class NotifyDoorbell implements Doorbell {
  private readonly ringing = new OneAtATime(() => this.notify(), RING_SPACING_MS);

  constructor(
    @Inject(Sql) private readonly sql: Sql,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  ring(): void {
    void this.ringing.run();
  }

  private async notify(): Promise<void> {
    try {
      await inTime(this.sql`select pg_notify(${DOORBELL_CHANNEL}, '')`);
    } catch (error) {
      this.logger.debug({ error }, 'The doorbell is unavailable; workers rely on the sweep');
    }
  }
}
