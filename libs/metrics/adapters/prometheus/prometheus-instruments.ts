import type { Histogram, Registry } from 'prom-client';
import { SharedAnswers, within } from '@app/runtime';
import { Endpoints, OTHER, statusName, type RollingTally } from '../../domain/tally';
import {
  ACTIVATION_RESULTS,
  CODE_OUTCOMES,
  LIMIT_DECISIONS,
  MAIL_OUTCOMES,
  WEBHOOK_OUTCOMES,
  type ActivationResult,
  type CodeOutcome,
  type EventBacklog,
  type FinishedRequest,
  type HashingState,
  type Instruments,
  type LimitDecision,
  type MailBacklog,
  type MailAttemptOutcome,
  type WebhookAttemptOutcome,
} from '../../domain/instruments';
import {
  defineCodeGauges,
  defineEventGauges,
  defineHashingMetrics,
  defineMailGauges,
  defineMetrics,
  type Metrics,
} from './definitions';

/** Maximum number of combinations of method, route and status; each is a histogram of fifteen lines. */
export const HTTP_SERIES_MAX = 500;

/** Counts everything twice: as Prometheus metrics of this process, and for the report over all processes. */
export class PrometheusInstruments implements Instruments {
  private readonly metrics: Metrics;
  private readonly endpoints = new Endpoints();
  private readonly series = new Map<string, Histogram.Internal<'method' | 'route' | 'status'>>();

  constructor(
    private readonly registry: Registry,
    private readonly tally: RollingTally,
  ) {
    this.metrics = defineMetrics(registry);
    this.beginAtZero();
  }

  requestStarted(): () => void {
    let over = false;
    this.metrics.httpRequestsInFlight.inc();
    return () => {
      if (!over) this.metrics.httpRequestsInFlight.dec();
      over = true;
    };
  }

  requestFinished({ method, route, status, durationMs }: FinishedRequest): void {
    const endpoint = this.endpoints.of(method, route);
    const statusLabel = statusName(status);
    this.tally.addRequest(endpoint.name, statusLabel, durationMs);
    this.seriesOf(endpoint.method, endpoint.route, statusLabel).observe(durationMs / 1_000);
  }

  registered(): void {
    this.tally.addBusiness('registrations');
    this.metrics.registrations.inc();
    this.codeChanged('issued');
  }

  activationAnswered(result: ActivationResult): void {
    this.metrics.activations.inc({ result });
    if (result !== 'activated') return;
    this.tally.addBusiness('activations');
    this.codeChanged('used');
  }

  codeChanged(outcome: CodeOutcome): void {
    this.metrics.activationCodes.inc({ outcome });
  }

  mailHandled(outcome: MailAttemptOutcome, durationSeconds: number): void {
    this.metrics.mailSends.inc({ outcome });
    this.metrics.mailSendDuration.observe(durationSeconds);
  }

  webhookAttempted(outcome: WebhookAttemptOutcome, durationSeconds: number): void {
    this.metrics.webhookAttempts.inc({ outcome });
    this.metrics.webhookAttemptDuration.observe(durationSeconds);
  }

  hashWaited(durationSeconds: number): void {
    this.metrics.hashWait.observe(durationSeconds);
  }

  limitsEnforced(names: readonly string[]): void {
    for (const limit of names) {
      for (const decision of LIMIT_DECISIONS) this.metrics.limitDecisions.inc({ limit, decision }, 0);
    }
  }

  limitDecided(limit: string, decision: LimitDecision): void {
    this.metrics.limitDecisions.inc({ limit, decision });
  }

  limitsFellBack(): void {
    this.metrics.limitFallbacks.inc();
  }

  metricsFlushFailed(): void {
    this.metrics.metricsFlushFailures.inc();
  }

  watchMailBacklog(ask: () => Promise<MailBacklog>): void {
    defineMailGauges(this.registry, polled(ask));
  }

  watchEventBacklog(ask: () => Promise<EventBacklog>): void {
    defineEventGauges(this.registry, polled(ask));
  }

  watchExpiredCodes(ask: () => Promise<number>): void {
    defineCodeGauges(this.registry, polled(ask));
  }

  watchHashing(look: () => HashingState): void {
    defineHashingMetrics(this.registry, look);
  }

  private seriesOf(method: string, route: string, status: string) {
    const key = `${status} ${method} ${route}`;
    const known = this.series.get(key);
    if (known !== undefined) return known;
    const { httpRequestDuration } = this.metrics;
    if (this.series.size >= HTTP_SERIES_MAX) return httpRequestDuration.labels(OTHER, OTHER, OTHER);
    const series = httpRequestDuration.labels(method, route, status);
    this.series.set(key, series);
    return series;
  }

  /** Creates all series at start: one that appears with its first event hides that event from `rate()`. */
  private beginAtZero(): void {
    for (const result of ACTIVATION_RESULTS) this.metrics.activations.inc({ result }, 0);
    for (const outcome of CODE_OUTCOMES) this.metrics.activationCodes.inc({ outcome }, 0);
    for (const outcome of MAIL_OUTCOMES) this.metrics.mailSends.inc({ outcome }, 0);
    for (const outcome of WEBHOOK_OUTCOMES) this.metrics.webhookAttempts.inc({ outcome }, 0);
  }
}

/** How long an answer is reused: however many scrapers there are, a dependency gets one query per second. */
const FRESH_MS = 1_000;
/** Time limit of a scrape. */
const DEADLINE_MS = 1_000;

/** A value that must be queried. Resolves to null, and never rejects, if there is no answer in time. */
function polled<T>(ask: () => Promise<T>): () => Promise<T | null> {
  const answers = new SharedAnswers<T | null>(FRESH_MS);
  const answer = () => answers.get('', () => ask().catch(() => null));
  return () => within(answer(), DEADLINE_MS, () => new Error('no answer in time')).catch(() => null);
}
