import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DOORBELL_CHANNEL } from '@app/owed-work';
import { asOutage, Logger, Sql } from '@app/runtime';
import { Sweep } from './sweep';

/** Listens for the doorbell in one-node mode. postgres.js listens again by itself after a lost connection. */
@Injectable()
export class DoorbellListener implements OnApplicationBootstrap {
  constructor(
    private readonly sweep: Sweep,
    @Inject(Sql) private readonly sql: Sql,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    const wake = (): void => this.sweep.wake();
    // Finds the mails that were announced while the connection was lost.
    this.sql.listen(DOORBELL_CHANNEL, wake, wake).catch((error: unknown) => {
      this.logger.warn({ error: asOutage(error) }, 'The doorbell is unavailable; relying on the sweep');
    });
  }
}
