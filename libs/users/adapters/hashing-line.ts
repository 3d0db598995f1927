import { Unavailable } from '@app/runtime';

/** Longest wait that is still of use to the one who waits, in milliseconds; beyond it the answer is a quick 503. */
export const WAIT_MAX_MS = 2_000;
/** The line is never shorter than this, so that a small burst finds room at any cost. */
const LINE_LENGTH_MIN = 8;
/** Nor longer than this, whatever one job takes: each place holds a request. */
const LINE_LENGTH_MAX = 1_000;

interface Waiting {
  readonly start: () => void;
}

/**
 * A semaphore with a bounded line: as many jobs at once as there are cores, and no more waiting than can be served
 * within `WAIT_MAX_MS`. An unbounded line would serve everybody too late, with every event-loop figure still green.
 */
export class HashingLine {
  /** Told how long each job stood in line, in seconds. */
  onWaited: (seconds: number) => void = () => {};
  private readonly waiting: Waiting[] = [];
  private running = 0;
  private rejectedCount = 0;
  /** Moving average of one job's time, in milliseconds. */
  private jobMs = 0;

  constructor(private readonly slots: number) {}

  get depth(): number {
    return this.waiting.length;
  }
  get inUse(): number {
    return this.running;
  }
  get rejected(): number {
    return this.rejectedCount;
  }

  /**
   * Runs the job when its turn comes.
   * @throws {Unavailable} when the line is full, or when the client left before its turn
   */
  async run<T>(job: () => Promise<T>, gone?: AbortSignal): Promise<T> {
    if (gone?.aborted) throw clientLeft();
    const came = performance.now();
    if (this.running >= this.slots) await this.wait(gone);
    else this.running += 1;
    const started = performance.now();
    this.onWaited((started - came) / 1_000);
    try {
      return await job();
    } finally {
      this.learn(performance.now() - started);
      this.next();
    }
  }

  private wait(gone?: AbortSignal): Promise<void> {
    if (this.waiting.length >= this.room()) {
      this.rejectedCount += 1;
      throw new Unavailable('hashing', 'at capacity');
    }
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        const place = this.waiting.indexOf(entry);
        if (place >= 0) this.waiting.splice(place, 1);
        reject(clientLeft());
      };
      const entry: Waiting = {
        start: () => {
          gone?.removeEventListener('abort', leave);
          resolve();
        },
      };
      this.waiting.push(entry);
      gone?.addEventListener('abort', leave, { once: true });
    });
  }

  /** Hands the slot to the one who waits longest, or frees it. */
  private next(): void {
    const entry = this.waiting.shift();
    if (entry === undefined) this.running -= 1;
    else entry.start();
  }

  private room(): number {
    const served = this.jobMs === 0 ? 0 : (WAIT_MAX_MS * this.slots) / this.jobMs;
    return Math.min(Math.max(Math.floor(served), LINE_LENGTH_MIN), LINE_LENGTH_MAX);
  }

  private learn(elapsedMs: number): void {
    this.jobMs = this.jobMs === 0 ? elapsedMs : this.jobMs * 0.9 + elapsedMs * 0.1;
  }
}

const clientLeft = (): Unavailable => new Unavailable('hashing', 'the client has left');
