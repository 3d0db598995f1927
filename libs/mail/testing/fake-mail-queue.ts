import { Unavailable } from '@app/runtime';
import type { MailQueue } from '../domain/mail-queue';
import type { MailJob, QueueStage } from './mail-queue.contract';

/** A queue in memory, worked off one job at a time. */
export class FakeMailQueue implements MailQueue, QueueStage {
  readonly queue = this;
  /** Every id that was announced, in order, repeated ones included. */
  readonly announced: string[] = [];
  /** Whether it cannot be reached. */
  away = false;
  private readonly jobs = new Set<string>();
  private job: MailJob | undefined;
  private working: Promise<void> | undefined;

  async announce(mailIds: readonly string[]): Promise<void> {
    this.reach();
    this.announced.push(...mailIds);
    for (const id of mailIds) this.jobs.add(id);
    this.start();
  }

  async depth(): Promise<number> {
    this.reach();
    return this.jobs.size;
  }

  async work(job: MailJob): Promise<() => Promise<void>> {
    this.job = job;
    this.start();
    return async () => {
      this.job = undefined;
      await this.working;
    };
  }

  private start(): void {
    this.working ??= this.run().finally(() => {
      this.working = undefined;
      if (this.jobs.size > 0 && this.job !== undefined) this.start();
    });
  }

  private async run(): Promise<void> {
    for (const id of this.jobs) {
      if (this.job === undefined) return;
      await this.job({ id }).catch(() => {});
      this.jobs.delete(id);
    }
  }

  private reach(): void {
    if (this.away) throw new Unavailable('queue', 'taken away by the test');
  }
}
