import { ENDPOINTS_MAX, OTHER } from '../domain/endpoints';
import { ROLLING_HOUR, type Batch, type LatencyWindow, type MetricsStore } from '../domain/metrics-store';
import { increase, Tally } from '../domain/tally';

/** One-node mode: the same counting, kept in the one process there is, gone when it ends. */
export class InProcessMetricsStore implements MetricsStore {
  /** Counts overall; its latencies stay empty. */
  private readonly overall = new Tally();
  /** Latencies by bucket number, the oldest first. */
  private readonly buckets = new Map<number, Tally>();
  private readonly applied = new Map<string, number>();

  constructor(
    private readonly window: LatencyWindow = ROLLING_HOUR,
    /** Monotonic, in milliseconds. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  async add({ processId, sequence, tally }: Batch): Promise<void> {
    if (sequence <= (this.applied.get(processId) ?? 0)) return;
    this.applied.set(processId, sequence);
    for (const [name, count] of tally.requests) {
      increase(this.overall.requests, bounded(this.overall.requests, name), count);
    }
    for (const [name, count] of tally.statuses) increase(this.overall.statuses, name, count);
    for (const [name, count] of tally.business) increase(this.overall.business, name, count);
    const bucket = this.currentBucket();
    for (const [name, sketch] of tally.latencies) {
      bucket.addLatencies(bounded(bucket.latencies, name), sketch.toRecord());
    }
  }

  async read(): Promise<Tally> {
    this.currentBucket();
    const tally = new Tally();
    for (const [name, count] of this.overall.requests) tally.requests.set(name, count);
    for (const [name, count] of this.overall.statuses) tally.statuses.set(name, count);
    for (const [name, count] of this.overall.business) tally.business.set(name, count);
    for (const bucket of this.buckets.values()) {
      for (const [name, sketch] of bucket.latencies) tally.addLatencies(name, sketch.toRecord());
    }
    return tally;
  }

  /** Also drops the buckets that have left the window. */
  private currentBucket(): Tally {
    const number = Math.floor(this.now() / 1_000 / this.window.bucketSeconds);
    for (const old of this.buckets.keys()) {
      if (old <= number - this.window.buckets) this.buckets.delete(old);
    }
    const bucket = this.buckets.get(number) ?? new Tally();
    this.buckets.set(number, bucket);
    return bucket;
  }
}

const bounded = (known: ReadonlyMap<string, unknown>, name: string): string =>
  known.has(name) || known.size < ENDPOINTS_MAX ? name : OTHER;
