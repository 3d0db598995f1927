import type { MetricsStore } from '../domain/metrics-store';
import { KINDS, type RollingTally, Tally } from '../domain/tally';

/** One-node mode: holds the counts of the only process, which are lost when it ends. */
export class InProcessMetricsStore implements MetricsStore {
  private readonly shown = new Set<RollingTally>();

  async publish(own: RollingTally): Promise<void> {
    this.shown.add(own);
  }

  async read(): Promise<Tally> {
    const tally = new Tally();
    for (const own of this.shown) {
      for (const kind of KINDS) {
        for (const [name, count] of own.counts[kind]) tally.merge(kind, name, count);
      }
      for (const [, latencies] of own.bucketsFrom(0)) {
        for (const [name, sketch] of latencies) tally.mergeLatencies(name, sketch.toRecord());
      }
    }
    return tally;
  }
}
