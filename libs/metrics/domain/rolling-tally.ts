import { randomUUID } from 'node:crypto';
import { Tally, type BusinessEvent } from './tally';

/** How long latencies are kept: at least 12, at most 13 five-minute buckets. */
export interface LatencyWindow {
  readonly bucketSeconds: number;
  /** One more than it takes to fill the window: the newest is only partly full. */
  readonly buckets: number;
}
export const ROLLING_HOUR: LatencyWindow = { bucketSeconds: 300, buckets: 13 };

/** What one process has counted since its start; its latencies leave it after the window. */
export class RollingTally {
  /** Random, another one at every start. */
  readonly processId = randomUUID();
  /** Counts overall; its latencies stay empty. */
  readonly counts = new Tally();
  /** Grows with everything that is counted. */
  revision = 0;
  /** Latencies by bucket number, the oldest first. */
  private readonly buckets = new Map<number, Tally>();

  constructor(
    private readonly window: LatencyWindow = ROLLING_HOUR,
    /** Monotonic, in milliseconds. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  addRequest(endpoint: string, status: string, durationMs: number): void {
    this.revision += 1;
    this.counts.addRequest(endpoint, status);
    const number = this.bucketNumber;
    const bucket = this.buckets.get(number) ?? new Tally();
    this.buckets.set(number, bucket);
    bucket.addLatency(endpoint, durationMs);
  }

  addBusiness(event: BusinessEvent): void {
    this.revision += 1;
    this.counts.addBusiness(event);
  }

  /** The buckets of the window with this number or a higher one; drops those that have left the window. */
  bucketsFrom(first: number): [number, Tally][] {
    const oldest = this.bucketNumber - this.window.buckets + 1;
    for (const number of this.buckets.keys()) if (number < oldest) this.buckets.delete(number);
    return [...this.buckets].filter(([number]) => number >= first);
  }

  /** Until the bucket leaves the window. */
  secondsLeft(number: number): number {
    return (number + this.window.buckets) * this.window.bucketSeconds - this.now() / 1_000;
  }

  get bucketNumber(): number {
    return Math.floor(this.now() / 1_000 / this.window.bucketSeconds);
  }
}
