import { OneAtATime } from '@app/runtime';
import type { Flusher } from './flusher';
import { toReport, type MetricsReport } from './domain/metrics-report';
import type { MetricsStore } from './domain/metrics-store';

/** Null when `ENABLE_METRICS=false`. */
export class MetricsReporter {
  private readonly reading = new OneAtATime(() => this.read());

  constructor(
    private readonly store: MetricsStore,
    private readonly flusher: Flusher,
  ) {}

  /**
   * The report over all processes: current for this one, about a second old for the others. Concurrent requests share
   * one read of the store. @throws {Unavailable} if the store is unavailable
   */
  report(): Promise<MetricsReport> {
    return this.reading.run();
  }

  private async read(): Promise<MetricsReport> {
    await this.flusher.flush();
    return toReport(await this.store.read());
  }
}
