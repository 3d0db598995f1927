import { ENDPOINTS_MAX, OTHER } from './endpoints';
import { LatencySketch, type SketchRecord } from './latency-sketch';

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
