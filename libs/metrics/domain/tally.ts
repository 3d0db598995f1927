import { randomUUID } from 'node:crypto';
import { LatencySketch, type SketchRecord } from './latency-sketch';

/** Where a bounded set of names puts what no longer fits, or what is out of its range. */
export const OTHER = 'other';
/** Most endpoints that are told apart; an api has a dozen or two, so only a mistake comes near. */
export const ENDPOINTS_MAX = 200;

export type BusinessEvent = 'registrations' | 'activations';

export interface Counts {
  readonly requests: Readonly<Record<string, number>>;
  readonly statuses: Readonly<Record<string, number>>;
  readonly business: Readonly<Record<string, number>>;
}

/**
 * What has been counted: by one process, or by all of them. Every process bounds its own names; those of many processes,
 * and of many versions, are bounded when they are added up.
 */
export class Tally {
  /** Requests an endpoint. */
  readonly requests = new Map<string, number>();
  /** Answers a status. */
  readonly statuses = new Map<string, number>();
  readonly business = new Map<BusinessEvent, number>();
  /** Durations an endpoint. */
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
