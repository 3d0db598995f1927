import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { PurgeExpiredRegistrations } from '@app/activation';
import { ForgetEvents } from '@app/events';
import { Environment, Logger } from '@app/runtime';
import { Rounds } from './rounds';

const BATCH_SIZE = 1_000;

/** Runs the same purge as `codes purge` at an interval, if configured; only one worker at a time. */
@Injectable()
export class Purger implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stop = new AbortController();
  private readonly rounds: Rounds;

  constructor(
    private readonly purge: PurgeExpiredRegistrations,
    private readonly events: ForgetEvents,
    @Inject(Environment) private readonly environment: Environment,
    @Inject(Logger) private readonly logger: Logger,
  ) {
    this.rounds = new Rounds(() => this.run(), this.intervalMs);
  }

  /** Spreads the purges of workers that start at the same time. */
  onApplicationBootstrap(): void {
    if (this.intervalMs > 0) this.rounds.start(Math.random() * this.intervalMs);
  }

  async onModuleDestroy(): Promise<void> {
    this.stop.abort();
    await this.rounds.stop();
  }

  private get intervalMs(): number {
    return this.environment.PURGE_INTERVAL_SECONDS * 1_000;
  }

  private async run(): Promise<void> {
    try {
      const { registrations } = await this.purge.purgeExpiredRegistrations({
        olderThanSeconds: this.environment.PURGE_OLDER_THAN_SECONDS,
        batchSize: BATCH_SIZE,
        alone: true,
        signal: this.stop.signal,
      });
      if (registrations > 0) this.logger.info({ registrations }, 'Purged expired registrations');
      await this.forgetEvents();
    } catch (error) {
      this.logger.warn({ error }, 'The purge was interrupted; the next one continues from there');
    }
  }

  private async forgetEvents(): Promise<void> {
    const forgotten = await this.events.forgetEvents({ batchSize: BATCH_SIZE, signal: this.stop.signal });
    if (forgotten.deleted > 0) this.logger.info({ events: forgotten.deleted }, 'Deleted old events');
    if (forgotten.undelivered > 0) {
      const { undelivered } = forgotten;
      this.logger.error(
        { events: undelivered },
        'Deleted events that the receiver never got, because nothing is sent to it',
      );
    }
  }
}
