import { InjectQueue } from '@nestjs/bullmq';
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { Logger, OneAtATime, within } from '@app/runtime';
import { DOORBELL_QUEUE, RING_SPACING_MS, type Doorbell } from '../domain/doorbell';

/** The job id is always the same: BullMQ stores it once, however often it is added, so the queue never grows. */
const JOB = 'ring';
const JOB_OPTIONS = { jobId: JOB, attempts: 1, removeOnComplete: true, removeOnFail: true } as const;

/** Time limit for Redis. No request waits for it, and the workers' sweep is as fast. */
const RING_TIMEOUT_MS = 1_000;

/** A BullMQ job in Redis, which wakes the worker that takes it. */
@Injectable()
export class RedisDoorbell implements Doorbell, BeforeApplicationShutdown {
  private readonly ringing = new OneAtATime(() => this.addJob(), RING_SPACING_MS);
  private failing = false;

  constructor(
    @InjectQueue(DOORBELL_QUEUE) private readonly queue: Queue,
    @Inject(Logger) private readonly logger: Logger,
  ) {
    // Callers get the errors of the connection; an 'error' event without a listener would end the process.
    this.queue.on('error', () => {});
  }

  ring(): void {
    void this.ringing.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await within(this.queue.close(), RING_TIMEOUT_MS, () => new Error('timeout')).catch(() => {});
    // @nestjs/bullmq closes it a second time, and would wait forever for a frozen Redis.
    this.queue.close = () => Promise.resolve();
  }

  private async addJob(): Promise<void> {
    try {
      const late = (): Error => new Error(`no answer within ${RING_TIMEOUT_MS} ms`);
      await within(this.queue.add(JOB, {}, JOB_OPTIONS), RING_TIMEOUT_MS, late);
      this.failing = false;
    } catch (error) {
      if (!this.failing)
        this.logger.warn({ error }, 'The doorbell is unavailable; workers rely on the sweep');
      this.failing = true;
    }
  }
}
