import { setTimeout as delay } from 'node:timers/promises';

/**
 * Runs a task for all callers: at most one run in progress and one waiting. Each caller gets a run that started after
 * its call.
 */
export class OneAtATime<T> {
  private inFlight: Promise<unknown> | null = null;
  private waiting: Promise<T> | null = null;

  /** @param spacingMs minimum time between the starts of two runs */
  constructor(
    private readonly task: () => Promise<T>,
    private readonly spacingMs = 0,
  ) {}

  run(): Promise<T> {
    if (this.inFlight === null) return this.start();
    const next = (): Promise<T> => {
      this.waiting = null;
      return this.start();
    };
    this.waiting ??= this.inFlight.then(next, next);
    return this.waiting;
  }

  private start(): Promise<T> {
    const run = this.task();
    const over =
      this.spacingMs === 0
        ? run
        : Promise.allSettled([run, delay(this.spacingMs, undefined, { ref: false })]);
    this.inFlight = over;
    // If a caller waits, the next run takes the slot; no second one may start in between.
    const settled = (): void => {
      if (this.waiting === null) this.inFlight = null;
    };
    over.then(settled, settled);
    return run;
  }
}

interface Entry<T> {
  readonly answer: Promise<T>;
  /** By `performance.now()`. */
  freshUntil: number;
}

/**
 * Makes one call for all callers that want the same answer: while it is pending and, if it is remembered, for that
 * many milliseconds after it started. A failure is not shared: each waiting caller retries in turn.
 */
export class SharedAnswers<T> {
  private readonly entries = new Map<string, Entry<T>>();

  /**
   * @param freshMs 0: answers are not remembered. Otherwise there must be few names, because each keeps its last
   * answer.
   */
  constructor(private readonly freshMs = 0) {}

  async get(name: string, ask: () => Promise<T>): Promise<T> {
    for (let other = this.fresh(name); other !== undefined; other = this.fresh(name)) {
      try {
        return await other;
      } catch {
        // The next caller retries.
      }
    }
    const askedAt = performance.now();
    const answer = ask().then(
      (value) => {
        if (this.freshMs === 0) this.entries.delete(name);
        else entry.freshUntil = askedAt + this.freshMs;
        return value;
      },
      (error: unknown) => {
        this.entries.delete(name);
        throw error;
      },
    );
    const entry: Entry<T> = { answer, freshUntil: Infinity };
    this.entries.set(name, entry);
    return await answer;
  }

  private fresh(name: string): Promise<T> | undefined {
    const entry = this.entries.get(name);
    return entry !== undefined && performance.now() < entry.freshUntil ? entry.answer : undefined;
  }
}
