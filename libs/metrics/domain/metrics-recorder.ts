import { Endpoints, statusName } from './endpoints';
import type { Instruments } from './instruments';
import type { RollingTally } from './rolling-tally';
import type { BusinessEvent } from './tally';

export interface FinishedRequest {
  readonly method: string;
  /** A route template, or `UNMATCHED_ROUTE`; never the path that the client sent. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
}

/** Called on a request's path: counts in this process's memory, and nothing else. Never throws, never waits. */
export interface MetricsRecorder {
  recordRequest(request: FinishedRequest): void;
  recordBusiness(event: BusinessEvent): void;
}
export const MetricsRecorder = Symbol('MetricsRecorder');

/** For `ENABLE_METRICS=false`. */
export const SILENT_RECORDER: MetricsRecorder = { recordRequest: () => {}, recordBusiness: () => {} };

/** Counts for the report and for the scraper. */
export class TallyRecorder implements MetricsRecorder {
  private readonly endpoints = new Endpoints();

  constructor(
    private readonly tally: RollingTally,
    private readonly instruments: Instruments,
  ) {}

  recordRequest({ method, route, status, durationMs }: FinishedRequest): void {
    const endpoint = this.endpoints.of(method, route);
    const statusLabel = statusName(status);
    this.tally.addRequest(endpoint.name, statusLabel, durationMs);
    this.instruments.requestFinished(
      { method: endpoint.method, route: endpoint.route, status: statusLabel },
      durationMs / 1_000,
    );
  }

  recordBusiness(event: BusinessEvent): void {
    this.tally.addBusiness(event);
    if (event === 'registrations') this.instruments.registered();
    else this.instruments.activationAnswered('activated');
  }
}
