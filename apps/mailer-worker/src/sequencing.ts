import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { EventLog } from '@app/events';
import { Environment, Logger } from '@app/runtime';
import { Rounds } from './rounds';
import { Sweep } from './sweep';

/** Maximum time until a committed event gets a position, in milliseconds. */
const INTERVAL_MS = 250;
/** Number of events that get a position in one transaction. */
const BATCH_SIZE = 1_000;

/** Gives new events their positions in the log. One worker does it at a time; the others find nothing to do. */
@Injectable()
export class Sequencing implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly rounds = new Rounds(() => this.run(), INTERVAL_MS);
  private stopped = false;
  private failing = false;

  constructor(
    @Inject(EventLog) private readonly log: EventLog,
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
        placed = await this.log.sequence(BATCH_SIZE, owed);
        if (placed > 0) this.sweep.wakeWebhooks();
      }
      if (this.failing) this.logger.info('Sequencing of events has recovered');
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.logger.warn({ error }, 'Sequencing of events failed; retrying');
      this.failing = true;
    }
  }
}
