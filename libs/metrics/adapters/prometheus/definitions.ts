import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { EventBacklog, HashingState, MailBacklog } from '../../domain/instruments';

/** Evaluated during a scrape; null without a source or an answer. */
export interface Sources {
  readonly mail: () => Promise<MailBacklog | null>;
  readonly events: () => Promise<EventBacklog | null>;
  readonly expiredCodes: () => Promise<number | null>;
  readonly hashing: () => HashingState | null;
}

/** Seconds. A hash takes a fifth of a second, and one that waits in the queue up to two and a half. */
const HTTP_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const DELIVERY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const WAIT_BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5];

/**
 * All metrics of the service with name, unit and labels; no other place defines them. Node's own metrics (`process_…`,
 * `nodejs_…`) come from prom-client. `aggregator` says how the values of several processes of one host are combined
 * (see PrometheusScrape): a value that each of them reads from the same database is not summed.
 */
export function defineMetrics(registry: Registry, sources: Sources) {
  const registers = [registry];
  const polled = (
    name: string,
    help: string,
    aggregator: 'sum' | 'max',
    source: () => number | null | Promise<number | null>,
  ) => {
    const gauge = new Gauge({
      name,
      help,
      registers,
      aggregator,
      // An unknown value is left out: the previous one, or 0, would be wrong.
      async collect() {
        const value = await source();
        if (value === null) this.remove();
        else this.set(value);
      },
    });
    gauge.remove();
    return gauge;
  };
  /** One value of a query to the shared database, which is the same in every process. */
  const figure = <Answer>(
    name: string,
    help: string,
    ask: () => Promise<Answer | null>,
    pick: (answer: Answer) => number | null,
  ) =>
    polled(name, help, 'max', async () => {
      const answer = await ask();
      return answer === null ? null : pick(answer);
    });

  return {
    httpRequestDuration: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Request duration until the end of the response, by route template',
      labelNames: ['method', 'route', 'status'] as const,
      buckets: HTTP_BUCKETS,
      registers,
    }),
    httpRequestsInFlight: new Gauge({
      name: 'http_requests_in_flight',
      help: 'Requests in flight',
      registers,
      aggregator: 'sum',
    }),

    registrations: new Counter({
      name: 'registrations_total',
      help: 'Registered accounts',
      registers,
    }),
    activations: new Counter({
      name: 'activations_total',
      help: 'Activation attempts by result',
      labelNames: ['result'] as const,
      registers,
    }),
    activationCodes: new Counter({
      name: 'activation_codes_total',
      help: 'Activation codes by state: issued, activated, expired and so on',
      labelNames: ['outcome'] as const,
      registers,
    }),
    expiredCodes: polled(
      'activation_codes_expired_unused',
      'Registrations whose code expired unused, not purged or replaced yet',
      'max',
      sources.expiredCodes,
    ),

    mailOwed: figure('mail_owed', 'Mails that are owed and not sent yet', sources.mail, ({ owed }) => owed),
    mailOldest: figure(
      'mail_owed_oldest_age_seconds',
      'Age of the oldest owed mail, 0 when none is owed',
      sources.mail,
      ({ oldestSeconds }) => oldestSeconds,
    ),
    mailUnattempted: figure(
      'mail_unattempted_oldest_age_seconds',
      'Age of the oldest owed mail without a first attempt, 0 when there is none',
      sources.mail,
      ({ unattemptedSeconds }) => unattemptedSeconds,
    ),
    mailGivenUp: figure(
      'mail_given_up',
      'Mails that were given up and wait for an operator',
      sources.mail,
      ({ givenUp }) => givenUp,
    ),
    mailHeld: figure(
      'mail_held',
      'Owed mails that wait because the mail server accepts no mails, otherwise 0; only workers know it',
      sources.mail,
      ({ held }) => held ?? null,
    ),
    mailWithheld: figure(
      'mail_withheld',
      'Mails of the last day that were not sent because of MAIL_PER_ADDRESS_PER_DAY',
      sources.mail,
      ({ withheld }) => withheld,
    ),
    mailSends: new Counter({
      name: 'mail_sends_total',
      help: 'Mail delivery attempts by outcome',
      labelNames: ['outcome'] as const,
      registers,
    }),
    mailSendDuration: new Histogram({
      name: 'mail_send_duration_seconds',
      help: 'Duration of mail delivery attempts, whatever their outcome',
      buckets: DELIVERY_BUCKETS,
      registers,
    }),

    eventsWaiting: figure(
      'events_waiting',
      'Events that have no position yet or are owed to the webhook',
      sources.events,
      ({ waiting }) => waiting,
    ),
    eventsOldest: figure(
      'events_waiting_oldest_age_seconds',
      'Age of the oldest waiting event, 0 when none is waiting',
      sources.events,
      ({ oldestSeconds }) => oldestSeconds,
    ),
    eventsGivenUp: figure(
      'events_given_up',
      'Events that were given up and wait for an operator',
      sources.events,
      ({ givenUp }) => givenUp,
    ),
    webhookPaused: figure(
      'webhook_paused',
      '1 while the webhook is paused because its receiver responded with 410 Gone, otherwise 0',
      sources.events,
      ({ paused }) => Number(paused),
    ),
    webhookAttempts: new Counter({
      name: 'webhook_attempts_total',
      help: 'Webhook delivery attempts by outcome',
      labelNames: ['outcome'] as const,
      registers,
    }),
    webhookAttemptDuration: new Histogram({
      name: 'webhook_attempt_duration_seconds',
      help: 'Duration of webhook delivery attempts, whatever their outcome',
      buckets: DELIVERY_BUCKETS,
      registers,
    }),

    hashesWaiting: polled(
      'password_hash_queue_length',
      'Passwords waiting in the hashing queue',
      'sum',
      () => sources.hashing()?.waiting ?? null,
    ),
    hashesRunning: polled(
      'password_hashes_in_progress',
      'Passwords being hashed',
      'sum',
      () => sources.hashing()?.running ?? null,
    ),
    hashRejections: new Counter({
      name: 'password_hash_rejections_total',
      help: 'Password checks refused because the hashing queue was full',
      registers,
      collect() {
        const rejected = sources.hashing()?.rejected ?? null;
        if (rejected === null) return;
        this.reset();
        this.inc(rejected);
      },
    }),
    hashWait: new Histogram({
      name: 'password_hash_wait_seconds',
      help: 'Time that passwords waited in the hashing queue',
      buckets: WAIT_BUCKETS,
      registers,
    }),

    limitDecisions: new Counter({
      name: 'rate_limit_decisions_total',
      help: 'Rate limit decisions',
      labelNames: ['limit', 'decision'] as const,
      registers,
    }),
    limitFallbacks: new Counter({
      name: 'rate_limit_fallbacks_total',
      help: 'Rate limit decisions made in process because Redis was unavailable',
      registers,
    }),

    metricsFlushFailures: new Counter({
      name: 'metrics_flush_failures_total',
      help: 'Failed attempts to flush metrics to Redis; they lose no counts',
      registers,
    }),
  };
}
export type Metrics = ReturnType<typeof defineMetrics>;
