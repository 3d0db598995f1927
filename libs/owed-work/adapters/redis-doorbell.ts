import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { Environment, Logger, OneAtATime, within } from '@app/runtime';
import { RING_SPACING_MS, type Doorbell } from '../domain/doorbell';

/** The job id is always the same: BullMQ stores it once, however often it is added, so the queue never grows. */
const JOB = 'ring';
const JOB_OPTIONS = { jobId: JOB, attempts: 1, removeOnComplete: true, removeOnFail: true } as const;

/** Time limit for Redis. No request waits for it, and the workers' sweep is as fast. */
const RING_TIMEOUT_MS = 1_000;

/** A BullMQ job in Redis, which wakes the worker that takes it. */
@Injectable()
export class RedisDoorbell implements Doorbell, BeforeApplicationShutdown {
  private readonly ringing = new OneAtATime(() => this.addJob(), RING_SPACING_MS);
  private queue: Promise<Queue> | null = null;
  private failing = false;

  constructor(
    @Inject(Environment) private readonly environment: Environment,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  ring(): void {
    void this.ringing.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    const closed = this.queue?.then((queue) => queue.close());
    // A frozen Redis never answers.
    await within(Promise.resolve(closed), RING_TIMEOUT_MS, () => new Error('timeout')).catch(() => {});
  }

  private async addJob(): Promise<void> {
    try {
      this.queue ??= this.openQueue();
      const queue = await this.queue;
      const late = (): Error => new Error(`no answer within ${RING_TIMEOUT_MS} ms`);
      await within(queue.add(JOB, {}, JOB_OPTIONS), RING_TIMEOUT_MS, late);
      this.failing = false;
    } catch (error) {
      if (!this.failing)
        this.logger.warn({ error }, 'The doorbell is unavailable; workers rely on the sweep');
      this.failing = true;
    }
  }

  /** BullMQ is a tenth of the code that an api loads, so it is loaded with the first ring. */
  private async openQueue(): Promise<Queue> {
    const { openQueue } = await import('./bullmq-queue.js');
    const queue = openQueue(this.environment);
    // Callers get the errors of the connection; an 'error' event without a listener would end the process.
    queue.on('error', () => {});
    return queue;
  }
}
