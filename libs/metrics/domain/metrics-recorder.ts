import type { Instruments } from './instruments';
import { ENDPOINTS_MAX, OTHER, type BusinessEvent, type RollingTally } from './tally';

export interface FinishedRequest {
  readonly method: string;
  /** A route template, or `UNMATCHED_ROUTE`; never the path sent by the client. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
}

/** Called while serving requests: only counts in memory. Never throws or waits. */
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

/** The common name of all unmatched requests, whatever their method: clients can invent paths. */
export const UNMATCHED_ROUTE = 'unmatched';

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

  constructor(private readonly max = ENDPOINTS_MAX) {}

  of(method: string, route: string): Endpoint {
    if (route === UNMATCHED_ROUTE) return UNMATCHED;
    const knownMethod = METHODS.has(method) ? method : OTHER;
    const name = `${knownMethod} ${route}`;
    const known = this.known.get(name);
    if (known !== undefined) return known;
    if (this.known.size >= this.max || route.length > ROUTE_LENGTH_MAX) return OVERFLOW;
    const endpoint = { method: knownMethod, route, name };
    this.known.set(name, endpoint);
    return endpoint;
  }
}

/** `404`, or `other` for a number that is not an HTTP status. */
export function statusName(status: number): string {
  return Number.isInteger(status) && status >= 100 && status <= 599 ? String(status) : OTHER;
}
