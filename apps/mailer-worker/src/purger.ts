import { Inject, Injectable } from '@nestjs/common';
import { PurgeExpiredRegistrations } from '@app/activation';
import { ForgetEvents } from '@app/events';
import { Environment, Logger } from '@app/runtime';
import { RepeatedTask } from './repeated-task';

const BATCH_SIZE = 1_000;

/** Runs the same purge as `codes purge` at an interval, if configured; only one worker at a time. */
@Injectable()
export class Purger extends RepeatedTask {
  constructor(
    private readonly purge: PurgeExpiredRegistrations,
    private readonly events: ForgetEvents,
    @Inject(Environment) private readonly environment: Environment,
    @Inject(Logger) logger: Logger,
  ) {
    super('The purge', environment.PURGE_INTERVAL_SECONDS * 1_000, logger);
  }

  /** Spreads the purges of workers that start at the same time. */
  override onApplicationBootstrap(): void {
    const intervalMs = this.environment.PURGE_INTERVAL_SECONDS * 1_000;
    if (intervalMs > 0) this.runIn(Math.random() * intervalMs);
  }

  protected async run(signal: AbortSignal): Promise<void> {
    const { registrations } = await this.purge.purgeExpiredRegistrations({
      olderThanSeconds: this.environment.PURGE_OLDER_THAN_SECONDS,
      batchSize: BATCH_SIZE,
      alone: true,
      signal,
    });
    if (registrations > 0) this.logger.info({ registrations }, 'Purged expired registrations');
    const { deleted, undelivered } = await this.events.forgetEvents({ batchSize: BATCH_SIZE, signal });
    if (deleted > 0) this.logger.info({ events: deleted }, 'Deleted old events');
    if (undelivered > 0) {
      this.logger.error(
        { events: undelivered },
        'Deleted events that the receiver never got, because nothing is sent to it',
      );
    }
  }
}
