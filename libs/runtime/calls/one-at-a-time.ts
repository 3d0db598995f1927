/**
 * Runs a task for all who ask: one run under way and one waiting, however many ask. Each caller gets a run
 * that began after the question.
 */
export class OneAtATime<T> {
  private underWay: Promise<T> | null = null;
  private waiting: Promise<T> | null = null;

  constructor(private readonly task: () => Promise<T>) {}

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
    this.underWay = run;
    // Where a caller waits, the next run takes its place; no second one may start in between.
    const settled = (): void => {
      if (this.waiting === null) this.underWay = null;
    };
    run.then(settled, settled);
    return run;
  }
}
