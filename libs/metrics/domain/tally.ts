import { randomUUID } from 'node:crypto';
import { LatencySketch, type SketchRecord } from './latency-sketch';

/** The name for everything beyond the bound of a set of names, or out of range. */
export const OTHER = 'other';
/** Maximum number of distinct endpoints; an api has one or two dozen, so only a mistake comes near. */
export const ENDPOINTS_MAX = 200;

export type BusinessEvent = 'registrations' | 'activations';

export interface Counts {
  readonly requests: Readonly<Record<string, number>>;
  readonly statuses: Readonly<Record<string, number>>;
  readonly business: Readonly<Record<string, number>>;
}

/**
 * Counts of one process, or of all of them. Every process bounds its own names; the names of many processes and
 * versions are bounded when they are summed up.
 */
export class Tally {
  /** Requests per endpoint. */
  readonly requests = new Map<string, number>();
  /** Responses per status. */
  readonly statuses = new Map<string, number>();
  readonly business = new Map<BusinessEvent, number>();
  /** Durations per endpoint. */
  readonly latencies = new Map<string, LatencySketch>();

  addRequest(endpoint: string, status: string): void {
    increase(this.requests, endpoint, 1);
    increase(this.statuses, status, 1);
  }

  addBusiness(event: BusinessEvent, count = 1): void {
    increase(this.business, event, count);
  }

  addLatency(endpoint: string, durationMs: number): void {
    this.sketchOf(endpoint).add(durationMs);
  }

  addLatencies(endpoint: string, record: SketchRecord): void {
    this.sketchOf(bounded(this.latencies, endpoint)).merge(record);
  }

  addCounts({ requests, statuses, business }: Counts): void {
    for (const [name, count] of Object.entries(requests)) {
      increase(this.requests, bounded(this.requests, name), count);
    }
    for (const [name, count] of Object.entries(statuses)) increase(this.statuses, name, count);
    for (const [name, count] of Object.entries(business)) this.addBusiness(name as BusinessEvent, count);
  }

  toCounts(): Counts {
    return {
      requests: Object.fromEntries(this.requests),
      statuses: Object.fromEntries(this.statuses),
      business: Object.fromEntries(this.business),
    };
  }

  private sketchOf(endpoint: string): LatencySketch {
    let sketch = this.latencies.get(endpoint);
    if (sketch === undefined) {
      sketch = new LatencySketch();
      this.latencies.set(endpoint, sketch);
    }
    return sketch;
  }
}

function increase<Name extends string>(counts: Map<Name, number>, name: Name, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}

const bounded = (known: ReadonlyMap<string, unknown>, name: string): string =>
  known.has(name) || known.size < ENDPOINTS_MAX ? name : OTHER;

/** How long latencies are kept: between 12 and 13 five-minute buckets. */
export interface LatencyWindow {
  readonly bucketSeconds: number;
  /** One more than the window has, because the newest bucket is only partly full. */
  readonly buckets: number;
}
export const ROLLING_HOUR: LatencyWindow = { bucketSeconds: 300, buckets: 13 };

/** Counts of one process since its start; its latencies are dropped after the window. */
export class RollingTally {
  /** A new random value at every start. */
  readonly processId = randomUUID();
  /** Counts since the start, without latencies. */
  readonly counts = new Tally();
  /** Increases with every count. */
  revision = 0;
  /** Latencies by bucket number, oldest first. */
  private readonly buckets = new Map<number, Tally>();

  constructor(private readonly window: LatencyWindow = ROLLING_HOUR) {}

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

  /** The buckets of the window with at least this number; drops buckets that have left the window. */
  bucketsFrom(first: number): [number, Tally][] {
    const oldest = this.bucketNumber - this.window.buckets + 1;
    for (const number of this.buckets.keys()) if (number < oldest) this.buckets.delete(number);
    return [...this.buckets].filter(([number]) => number >= first);
  }

  /** Until the bucket leaves the window. */
  secondsLeft(number: number): number {
    return (number + this.window.buckets) * this.window.bucketSeconds - performance.now() / 1_000;
  }

  get bucketNumber(): number {
    return Math.floor(performance.now() / 1_000 / this.window.bucketSeconds);
  }
}
