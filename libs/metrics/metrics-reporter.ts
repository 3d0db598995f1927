import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { OneAtATime, type Logger } from '@app/runtime';
import type { Instruments } from './domain/instruments';
import { toReport, type MetricsReport } from './domain/metrics-report';
import type { MetricsStore } from './domain/metrics-store';
import type { RollingTally } from './domain/tally';

/** Interval of flushes; a killed process loses at most this much. */
const FLUSH_INTERVAL_MS = 1_000;
/** Interval at which an idle process reports that it is alive, in milliseconds. */
const ALIVE_INTERVAL_MS = 60_000;

/**
 * Publishes the counts of this process to the store about once a second, and reports those of all processes. A failed
 * flush is made up for by the next. Null when `ENABLE_METRICS=false`.
 */
export class MetricsReporter implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly flushing = new OneAtATime(() => this.flushNow());
  private readonly reading = new OneAtATime(() => this.read());
  private published = 0;
  private publishedAt = performance.now();
  private failing = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly own: RollingTally,
    private readonly store: MetricsStore,
    private readonly instruments: Instruments,
    private readonly logger: Logger,
    private readonly intervalMs = FLUSH_INTERVAL_MS,
  ) {}

  /** The timer does not keep the process alive. */
  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.flush(), this.intervalMs).unref();
  }

  /** After the last request, and before RuntimeModule closes Redis in `onApplicationShutdown`. */
  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  /** Resolves to whether everything counted before this call is stored; never rejects. */
  flush(): Promise<boolean> {
    return this.flushing.run();
  }

  /**
   * The report over all processes: current for this one, about a second old for the others. Concurrent requests share
   * one read of the store. @throws {Unavailable} if the store is unavailable
   */
  report(): Promise<MetricsReport> {
    return this.reading.run();
  }

  private async read(): Promise<MetricsReport> {
    await this.flush();
    return toReport(await this.store.read());
  }

  private async flushNow(): Promise<boolean> {
    const { revision } = this.own;
    const now = performance.now();
    if (revision === this.published && now - this.publishedAt < ALIVE_INTERVAL_MS) return true;
    try {
      await this.store.publish(this.own);
    } catch (error) {
      this.instruments.metricsFlushFailed();
      if (!this.failing) this.logger.warn({ error }, 'Flushing metrics failed; counting continues');
      this.failing = true;
      return false;
    }
    this.published = revision;
    this.publishedAt = now;
    if (this.failing) this.logger.info('Flushing metrics has recovered');
    this.failing = false;
    return true;
  }
}
