import { Inject, Injectable } from '@nestjs/common';
import { OwedMailRepository } from '@app/activation';
import { Deliveries } from '@app/events';
import { Doorbell, WorkerHeartbeats, WORKER_ID, WORKER_LOST_SECONDS } from '@app/owed-work';
import { Logger } from '@app/runtime';
import { RepeatedTask } from './repeated-task';

/** Three beats fit into the time after which a worker counts as dead. */
const BEAT_MS = (WORKER_LOST_SECONDS * 1_000) / 3 - 300;

/** Reports that this worker is alive, and releases the leases of dead workers. */
@Injectable()
export class Heartbeat extends RepeatedTask {
  constructor(
    @Inject(WorkerHeartbeats) private readonly heartbeats: WorkerHeartbeats,
    @Inject(OwedMailRepository) private readonly owed: OwedMailRepository,
    @Inject(Deliveries) private readonly deliveries: Deliveries,
    @Inject(Doorbell) private readonly doorbell: Doorbell,
    @Inject(Logger) logger: Logger,
  ) {
    super('Writing the heartbeat', BEAT_MS, logger);
  }

  override async onModuleDestroy(): Promise<void> {
    await super.onModuleDestroy();
    await this.heartbeats.forget(WORKER_ID).catch(() => {});
  }

  protected async run(): Promise<void> {
    if (await this.heartbeats.beat(WORKER_ID)) await this.bringForward();
    for (const lost of await this.heartbeats.lost(WORKER_ID)) {
      this.logger.warn({ worker_id: lost }, 'A worker died; its leases were released');
      await this.owed.release(lost);
      await this.deliveries.release(lost);
      await this.heartbeats.forget(lost);
      this.doorbell.ring();
    }
  }

  /** Otherwise owed work would wait until the clock has caught up. */
  private async bringForward(): Promise<void> {
    const [mails, events] = [await this.owed.bringForward(), await this.deliveries.bringForward()];
    if (mails + events === 0) return;
    this.logger.warn({ mails, events }, 'The clock of PostgreSQL was set back; owed work is due again');
    this.doorbell.ring();
  }
}
