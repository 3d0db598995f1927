import { setTimeout as delay } from 'node:timers/promises';
import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { Inject, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { BLOCKING_SECONDS, DOORBELL_QUEUE } from '@app/owed-work';
import { Logger, within } from '@app/runtime';
import { Sweep } from './sweep';

/** Maximum wait for Redis at shutdown, in milliseconds: a frozen Redis never answers. */
const CLOSE_TIMEOUT_MS = 2_000;
/** Pause after an error, in milliseconds; the sweep works meanwhile. */
const REST_MS = 1_000;

/** Listens for the doorbell in Redis mode. Times are in milliseconds, except for `drainDelay`. */
@Processor(DOORBELL_QUEUE, {
  autorun: false,
  lockDuration: 5_000,
  stalledInterval: 2_500,
  maxStalledCount: 1_000,
  drainDelay: BLOCKING_SECONDS,
  runRetryDelay: 1_000,
})
export class DoorbellProcessor extends WorkerHost implements OnApplicationBootstrap, OnModuleDestroy {
  private failing = false;
  private resting = false;

  constructor(
    private readonly sweep: Sweep,
    @Inject(Logger) private readonly logger: Logger,
  ) {
    super();
  }

  onApplicationBootstrap(): void {
    void this.worker
      .run()
      .catch((error: unknown) => this.logger.error({ error }, 'Stopped listening for the doorbell'));
  }

  /** Does nothing while the job exists: a ring during that time would count as the same job. */
  process(): Promise<void> {
    return Promise.resolve();
  }

  @OnWorkerEvent('completed')
  onCompleted(): void {
    this.failing = false;
    this.sweep.wake();
  }

  @OnWorkerEvent('error')
  onError(error: Error): void {
    if (!this.failing) this.logger.warn({ error }, 'The doorbell is unavailable; relying on the sweep');
    this.failing = true;
    void this.rest();
  }

  /** BullMQ (6.7.0) retries a command that Redis refuses without a pause: thousands of times a second. */
  private async rest(): Promise<void> {
    if (this.resting || this.isClosing()) return;
    this.resting = true;
    await this.worker.pause(true);
    await delay(REST_MS, undefined, { ref: false });
    this.resting = false;
    if (!this.isClosing()) await this.worker.resume();
  }

  private isClosing(): boolean {
    return this.worker.closing !== undefined;
  }

  async onModuleDestroy(): Promise<void> {
    await within(this.worker.close(), CLOSE_TIMEOUT_MS, () => new Error('timeout')).catch(() => {});
    // @nestjs/bullmq closes it a second time, and would wait forever.
    this.worker.close = () => Promise.resolve();
  }
}
