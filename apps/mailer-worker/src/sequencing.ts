import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { EventSequencer } from '@app/events';
import { Environment, Logger } from '@app/runtime';
import { Rounds } from './rounds';
import { Sweep } from './sweep';

/** Longest time in which an event that is committed has no place yet, in milliseconds. */
const INTERVAL_MS = 250;
/** Events placed by one transaction. */
const BATCH_SIZE = 1_000;

/** Places new events in the log. Of several workers one at a time does it; the others find nothing to do. */
@Injectable()
export class Sequencing implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly rounds = new Rounds(() => this.run(), INTERVAL_MS);
  private stopped = false;
  private failing = false;

  constructor(
    @Inject(EventSequencer) private readonly sequencer: EventSequencer,
    private readonly sweep: Sweep,
    @Inject(Environment) private readonly environment: Environment,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.rounds.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    await this.rounds.stop();
  }

  private async run(): Promise<void> {
    const owed = this.environment.WEBHOOK_URL !== '';
    try {
      for (let placed = BATCH_SIZE; placed === BATCH_SIZE && !this.stopped;) {
        placed = await this.sequencer.sequence(BATCH_SIZE, owed);
        if (placed > 0) this.sweep.wakeWebhooks();
      }
      if (this.failing) this.logger.info('Events are placed again');
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.logger.warn({ error }, 'Events cannot be placed; trying again');
      this.failing = true;
    }
  }
}
