import { OneAtATime } from '@app/runtime';
import type { MetricsStore } from '../domain/metrics-store';
import type { RollingTally } from '../domain/tally';

/** What a process that is killed loses at most. */
export const FLUSH_INTERVAL_MS = 1_000;
/** How often a process that counts nothing shows that it is alive, in milliseconds. */
const ALIVE_INTERVAL_MS = 60_000;

/** Told when flushing begins to fail and when it works again, not for every attempt in between. */
export interface FlushObserver {
  failed(error: unknown, first: boolean): void;
  recovered(): void;
}

/** Shows what this process has counted to the store, about once a second. What did not arrive is shown the next time. */
export class Flusher {
  private readonly flushing = new OneAtATime(() => this.flushNow());
  private published = 0;
  private publishedAt = performance.now();
  private failing = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly own: RollingTally,
    private readonly store: MetricsStore,
    private readonly observer: FlushObserver,
  ) {}

  /** The timer keeps no process alive. */
  start(intervalMs = FLUSH_INTERVAL_MS): void {
    this.timer ??= setInterval(() => void this.flush(), intervalMs).unref();
  }

  /** Stops the timer and flushes a last time. Resolves to whether everything arrived. */
  stop(): Promise<boolean> {
    clearInterval(this.timer);
    this.timer = undefined;
    return this.flush();
  }

  /** Resolves, and never rejects, to whether everything counted before this call is in the store. */
  flush(): Promise<boolean> {
    return this.flushing.run();
  }

  private async flushNow(): Promise<boolean> {
    const { revision } = this.own;
    const now = performance.now();
    if (revision === this.published && now - this.publishedAt < ALIVE_INTERVAL_MS) return true;
    try {
      await this.store.publish(this.own);
    } catch (error) {
      this.observer.failed(error, !this.failing);
      this.failing = true;
      return false;
    }
    this.published = revision;
    this.publishedAt = now;
    if (this.failing) this.observer.recovered();
    this.failing = false;
    return true;
  }
}
