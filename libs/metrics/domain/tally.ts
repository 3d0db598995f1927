import { LatencySketch, type SketchRecord } from './latency-sketch';

export type BusinessEvent = 'registrations' | 'activations';

/** What has been counted: by one process since its last flush, or by all of them. Its names are bounded by those who count. */
export class Tally {
  /** Requests an endpoint. */
  readonly requests = new Map<string, number>();
  /** Answers a status. */
  readonly statuses = new Map<string, number>();
  readonly business = new Map<BusinessEvent, number>();
  /** Durations an endpoint. */
  readonly latencies = new Map<string, LatencySketch>();

  get isEmpty(): boolean {
    return this.requests.size === 0 && this.business.size === 0;
  }

  addRequest(endpoint: string, status: string, durationMs: number): void {
    increase(this.requests, endpoint, 1);
    increase(this.statuses, status, 1);
    this.sketchOf(endpoint).add(durationMs);
  }

  addBusiness(event: BusinessEvent, count = 1): void {
    increase(this.business, event, count);
  }

  addLatencies(endpoint: string, record: SketchRecord): void {
    this.sketchOf(endpoint).merge(record);
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

export function increase<Name extends string>(counts: Map<Name, number>, name: Name, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}
