import { randomUUID } from 'node:crypto';
import { LatencySketch, type SketchRecord } from './latency-sketch';

/** The name for everything beyond the bound of a set of names, or out of range. */
export const OTHER = 'other';
/** The common name of all unmatched requests, whatever their method: clients can invent paths. */
export const UNMATCHED_ROUTE = 'unmatched';
/** Maximum number of distinct endpoints; an api has one or two dozen, so only a mistake comes near. */
export const ENDPOINTS_MAX = 200;
/** Maximum length of a route template, in characters. */
const ROUTE_LENGTH_MAX = 200;
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Names that requests are counted under. */
export interface Endpoint {
  readonly method: string;
  readonly route: string;
  /** `POST /api/v1/users/register`, or `unmatched`, or `other`. */
  readonly name: string;
}

const UNMATCHED: Endpoint = { method: OTHER, route: UNMATCHED_ROUTE, name: UNMATCHED_ROUTE };
const OVERFLOW: Endpoint = { method: OTHER, route: OTHER, name: OTHER };

/** Maps requests to a bounded set of endpoint names, first come, first served. */
export class Endpoints {
  private readonly known = new Map<string, Endpoint>();

  of(method: string, route: string): Endpoint {
    if (route === UNMATCHED_ROUTE) return UNMATCHED;
    const knownMethod = METHODS.has(method) ? method : OTHER;
    const name = `${knownMethod} ${route}`;
    const known = this.known.get(name);
    if (known !== undefined) return known;
    if (this.known.size >= ENDPOINTS_MAX || route.length > ROUTE_LENGTH_MAX) return OVERFLOW;
    const endpoint = { method: knownMethod, route, name };
    this.known.set(name, endpoint);
    return endpoint;
  }
}

/** `404`, or `other` for a number that is not an HTTP status. */
export function statusName(status: number): string {
  return Number.isInteger(status) && status >= 100 && status <= 599 ? String(status) : OTHER;
}

/** Requests per endpoint, responses per status, and registrations and activations. */
export const KINDS = ['requests', 'statuses', 'business'] as const;
export type Kind = (typeof KINDS)[number];

/**
 * Counts of one process, or of all of them. Every process bounds its own names; the names of many processes and
 * versions are bounded when they are summed up.
 */
export class Tally {
  readonly requests = new Map<string, number>();
  readonly statuses = new Map<string, number>();
  readonly business = new Map<string, number>();
  /** Durations per endpoint. */
  readonly latencies = new Map<string, LatencySketch>();

  add(kind: Kind, name: string, count = 1): void {
    this[kind].set(name, (this[kind].get(name) ?? 0) + count);
  }

  /** Adds a count of any process. */
  merge(kind: Kind, name: string, count: number): void {
    this.add(kind, kind === 'requests' ? bounded(this.requests, name) : name, count);
  }

  mergeLatencies(endpoint: string, record: SketchRecord): void {
    sketchOf(this.latencies, bounded(this.latencies, endpoint)).merge(record);
  }
}

const bounded = (known: ReadonlyMap<string, unknown>, name: string): string =>
  known.has(name) || known.size < ENDPOINTS_MAX ? name : OTHER;

function sketchOf(latencies: Map<string, LatencySketch>, endpoint: string): LatencySketch {
  const sketch = latencies.get(endpoint) ?? new LatencySketch();
  latencies.set(endpoint, sketch);
  return sketch;
}

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
  /** Latencies per endpoint by bucket number, oldest first. */
  private readonly buckets = new Map<number, Map<string, LatencySketch>>();

  constructor(private readonly window: LatencyWindow = ROLLING_HOUR) {}

  addRequest(endpoint: string, status: string, durationMs: number): void {
    this.revision += 1;
    this.counts.add('requests', endpoint);
    this.counts.add('statuses', status);
    const number = this.bucketNumber;
    const latencies = this.buckets.get(number) ?? new Map<string, LatencySketch>();
    this.buckets.set(number, latencies);
    sketchOf(latencies, endpoint).add(durationMs);
  }

  addBusiness(event: 'registrations' | 'activations'): void {
    this.revision += 1;
    this.counts.add('business', event);
  }

  /** The buckets of the window with at least this number; drops buckets that have left the window. */
  bucketsFrom(first: number): [number, ReadonlyMap<string, LatencySketch>][] {
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
