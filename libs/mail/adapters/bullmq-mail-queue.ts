import { InjectQueue } from '@nestjs/bullmq';
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { JobsOptions, Queue } from 'bullmq';
import { SpanKind, traced, Unavailable, within } from '@app/runtime';
import type { MailQueue } from '../domain/mail-queue';

export const MAIL_QUEUE_NAME = 'mail';

/** After a failure nobody asks the queue again for this long: a frozen one would cost every sign-up the full wait. */
const REST_MS = 1_000;

/**
 * A finished job is removed whichever way it ended: its id would keep the same mail from being announced again,
 * and what became of the mail stands in the database. Retries and their delays stand there too.
 */
const JOB_OPTIONS: JobsOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true };

/** The BullMQ queue, over Redis or over PostgreSQL alike. */
@Injectable()
export class BullMqMailQueue implements MailQueue, BeforeApplicationShutdown {
  private restingUntil = 0;

  constructor(
    @InjectQueue(MAIL_QUEUE_NAME) private readonly queue: Queue,
    /** Longest wait for the queue, in milliseconds, where the caller names none. */
    private readonly timeoutMs: number,
  ) {
    // Errors reach those who call; the connection's own are logged where it is made. An 'error' event that
    // nobody listens to would end the process.
    this.queue.on('error', () => {});
  }

  async announce(mailIds: readonly string[], timeoutMs = this.timeoutMs): Promise<void> {
    const jobs = mailIds.map((id) => ({ name: 'send', data: { id }, opts: { ...JOB_OPTIONS, jobId: id } }));
    await traced('mail publish', SpanKind.PRODUCER, {}, () =>
      this.ask(() => this.queue.addBulk(jobs), timeoutMs),
    );
  }

  async depth(timeoutMs = this.timeoutMs): Promise<number> {
    const counts = await this.ask(
      () => this.queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized'),
      timeoutMs,
    );
    return Object.values(counts).reduce((sum, count) => sum + count, 0);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await within(this.queue.close(), this.timeoutMs, () => new Error('timeout')).catch(() => {});
    // @nestjs/bullmq closes it once more, and would wait for ever for one that is frozen.
    this.queue.close = () => Promise.resolve();
  }

  private async ask<T>(question: () => Promise<T>, timeoutMs: number): Promise<T> {
    if (Date.now() < this.restingUntil) throw new Unavailable('queue', 'it did not answer a moment ago');
    try {
      return await within(question(), timeoutMs, () => new Error(`no answer within ${timeoutMs} ms`));
    } catch (error) {
      this.restingUntil = Date.now() + REST_MS;
      throw new Unavailable('queue', (error as Error).message, { cause: error });
    }
  }
}
