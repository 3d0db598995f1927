import { OneAtATime } from '@app/runtime';
import type { MetricsStore } from '../domain/metrics-store';
import type { RollingTally } from '../domain/tally';

/** Interval of flushes; a killed process loses at most this much. */
const FLUSH_INTERVAL_MS = 1_000;
/** Interval at which an idle process reports that it is alive, in milliseconds. */
const ALIVE_INTERVAL_MS = 60_000;

/** Called when flushing starts to fail and when it works again, not for every attempt in between. */
export interface FlushObserver {
  failed(error: unknown, first: boolean): void;
  recovered(): void;
}

/** Publishes the counts of this process to the store about once a second. A failed flush is made up for by the next. */
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

  /** The timer does not keep the process alive. */
  start(intervalMs = FLUSH_INTERVAL_MS): void {
    this.timer ??= setInterval(() => void this.flush(), intervalMs).unref();
  }

  /** Stops the timer and flushes a last time. Resolves to whether everything was stored. */
  stop(): Promise<boolean> {
    clearInterval(this.timer);
    this.timer = undefined;
    return this.flush();
  }

  /** Resolves to whether everything counted before this call is stored; never rejects. */
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
