import { Inject, Injectable } from '@nestjs/common';
import { EventLog } from '@app/events';
import { Environment, Logger } from '@app/runtime';
import { RepeatedTask } from './repeated-task';
import { Sweep } from './sweep';

/** Maximum time until a committed event gets a position, in milliseconds. */
const INTERVAL_MS = 250;
/** Number of events that get a position in one transaction. */
const BATCH_SIZE = 1_000;

/** Gives new events their positions in the log. One worker does it at a time; the others find nothing to do. */
@Injectable()
export class Sequencing extends RepeatedTask {
  constructor(
    @Inject(EventLog) private readonly log: EventLog,
    private readonly sweep: Sweep,
    @Inject(Environment) private readonly environment: Environment,
    @Inject(Logger) logger: Logger,
  ) {
    super('Sequencing of events', INTERVAL_MS, logger);
  }

  protected async run(stop: AbortSignal): Promise<void> {
    const owed = this.environment.WEBHOOK_URL !== '';
    for (let placed = BATCH_SIZE; placed === BATCH_SIZE && !stop.aborted;) {
      placed = await this.log.sequence(BATCH_SIZE, owed);
      if (placed > 0) this.sweep.wakeWebhooks();
    }
  }
}
