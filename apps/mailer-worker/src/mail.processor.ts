import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { Inject, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Job } from 'bullmq';
import { SendOwedMail, type SendOutcome } from '@app/activation';
import { BLOCKING_SECONDS, MAIL_QUEUE_NAME } from '@app/mail';
import { Instruments } from '@app/metrics';
import { Environment, Logger } from '@app/runtime';

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
    const outcome = await this.sendOwedMail.execute(job.data.id);
    this.instruments.mailHandled(outcome, (performance.now() - started) / 1_000);
    if (outcome === 'sent') this.instruments.codeChanged('sent');
    return outcome;
  }

  /** Finishes what is in hand before the mailer and the pools close. */
  async onModuleDestroy(): Promise<void> {
    await this.worker.close();
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
