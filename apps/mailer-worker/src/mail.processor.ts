import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { Inject, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Job } from 'bullmq';
import { SendOwedMail, type SendOutcome } from '@app/activation';
import { BLOCKING_SECONDS, MAIL_QUEUE_NAME } from '@app/mail';
import { Instruments } from '@app/metrics';
import { Environment, Logger, within } from '@app/runtime';

/** Longest wait for the queue at the end, in milliseconds: a frozen one never says farewell. */
const FAREWELL_MS = 2_000;

/**
 * Takes ids from the queue and sends what they stand for. A worker that dies leaves its job locked for
 * `lockDuration`; the next check after that gives the job to another one. Times are milliseconds, but for `drainDelay`.
 */
@Processor(MAIL_QUEUE_NAME, {
  autorun: false,
  lockDuration: 10_000,
  stalledInterval: 5_000,
  maxStalledCount: 5,
  drainDelay: BLOCKING_SECONDS,
  runRetryDelay: 1_000,
})
export class MailProcessor extends WorkerHost implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly inHand = new Set<Promise<unknown>>();

  constructor(
    private readonly sendOwedMail: SendOwedMail,
    @Inject(Environment) private readonly environment: Environment,
    @Inject(Logger) private readonly logger: Logger,
    @Inject(Instruments) private readonly instruments: Instruments,
  ) {
    super();
  }

  onApplicationBootstrap(): void {
    this.worker.concurrency = this.environment.MAIL_CONCURRENCY;
    void this.worker.run().catch((error: unknown) => this.logger.error({ error }, 'The mail worker stopped'));
  }

  async process(job: Job<{ id: string }>): Promise<SendOutcome> {
    const started = performance.now();
    const outcome = await this.hold(this.sendOwedMail.execute(job.data.id));
    this.instruments.mailHandled(outcome, (performance.now() - started) / 1_000);
    if (outcome === 'sent') this.instruments.codeChanged('sent');
    return outcome;
  }

  /** Finishes what is in hand before the mailer and the pools close. */
  async onModuleDestroy(): Promise<void> {
    const closed = this.worker.close();
    await Promise.allSettled(this.inHand);
    await within(closed, FAREWELL_MS, () => new Error(`no answer within ${FAREWELL_MS} ms`)).catch(
      // A job that the queue takes for unfinished is given out again, and finds its mail sent.
      (error: unknown) => this.logger.warn({ error }, 'Left the mail queue without farewell'),
    );
    // @nestjs/bullmq closes it once more, and would wait for ever.
    this.worker.close = () => Promise.resolve();
  }

  private async hold<T>(work: Promise<T>): Promise<T> {
    this.inHand.add(work);
    try {
      return await work;
    } finally {
      this.inHand.delete(work);
    }
  }

  @OnWorkerEvent('failed')
  onFailed(job: Job<{ id: string }> | undefined, error: Error): void {
    this.logger.warn({ mail_id: job?.data.id, error }, 'Mail job failed; the mail stays owed');
  }

  @OnWorkerEvent('error')
  onError(error: Error): void {
    this.logger.warn({ error }, 'The mail queue is away');
  }
}
