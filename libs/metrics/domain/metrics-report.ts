import type { LatencySummary } from './latency-sketch';
import type { Tally } from './tally';

/**
 * Response of `GET /api/v1/metrics`, over all processes. Counts are since the beginning, latencies of the last hour.
 */
export interface MetricsReport {
  /** Requests per endpoint: `{"GET /api/v1/health": 42}`. */
  readonly request_counts: Readonly<Record<string, number>>;
  /** Responses per status: `{"200": 40, "404": 2}`. */
  readonly status_counts: Readonly<Record<string, number>>;
  /** Responses with status 400 or above. */
  readonly error_count: number;
  readonly business_metrics: { readonly registrations: number; readonly activations: number };
  /** Milliseconds per endpoint. */
  readonly latencies: Readonly<Record<string, LatencySummary>>;
}

export function toReport({ requests, statuses, business, latencies }: Tally): MetricsReport {
  return {
    request_counts: Object.fromEntries(sorted(requests)),
    status_counts: Object.fromEntries(sorted(statuses)),
    error_count: [...statuses].reduce((sum, [status, count]) => sum + (isError(status) ? count : 0), 0),
    business_metrics: {
      registrations: business.get('registrations') ?? 0,
      activations: business.get('activations') ?? 0,
    },
    latencies: Object.fromEntries(sorted(latencies).map(([name, sketch]) => [name, sketch.summary()])),
  };
}

/** Numbers that are not an HTTP status do not count as success. */
const isError = (status: string): boolean => !/^[123]/.test(status);

const sorted = <T>(map: ReadonlyMap<string, T>): [string, T][] =>
  [...map].sort(([one], [other]) => (one < other ? -1 : 1));
