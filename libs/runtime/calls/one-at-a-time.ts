import { setTimeout as delay } from 'node:timers/promises';

/**
 * Runs a task for all who ask: one run under way and one waiting, however many ask. Each caller gets a run
 * that began after the question.
 */
export class OneAtATime<T> {
  private underWay: Promise<unknown> | null = null;
  private waiting: Promise<T> | null = null;

  /** @param spacingMs least time from the beginning of a run to that of the next */
  constructor(
    private readonly task: () => Promise<T>,
    private readonly spacingMs = 0,
  ) {}

  run(): Promise<T> {
    if (this.underWay === null) return this.start();
    const next = (): Promise<T> => {
      this.waiting = null;
      return this.start();
    };
    this.waiting ??= this.underWay.then(next, next);
    return this.waiting;
  }

  private start(): Promise<T> {
    const run = this.task();
    const over =
      this.spacingMs === 0
        ? run
        : Promise.allSettled([run, delay(this.spacingMs, undefined, { ref: false })]);
    this.underWay = over;
    // Where a caller waits, the next run takes its place; no second one may start in between.
    const settled = (): void => {
      if (this.waiting === null) this.underWay = null;
    };
    over.then(settled, settled);
    return run;
  }
}
