import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { EventBacklog, HashingState, MailBacklog } from '../../domain/instruments';

/** Seconds. A hash takes a fifth of a second, and one that waits in the queue up to two and a half. */
const HTTP_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const DELIVERY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const WAIT_BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5];

/**
 * All metrics of the service with name, unit and labels; no other place defines them. Node's own metrics (`process_…`,
 * `nodejs_…`) come from prom-client. `aggregator` says how the values of several processes of one host are combined
 * (see MergedScrape).
 */
export const defineMetrics = (registry: Registry) => {
  const registers = [registry];
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

    registrations: new Counter({ name: 'registrations_total', help: 'Registered accounts', registers }),
    activations: new Counter({
      name: 'activations_total',
      help: 'Activation attempts by result',
      labelNames: ['result'] as const,
      registers,
    }),
    activationCodes: new Counter({
      name: 'activation_codes_total',
      help: 'Activation codes by what happened to them: issued, sent, used or replaced',
      labelNames: ['outcome'] as const,
      registers,
    }),

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
};
export type Metrics = ReturnType<typeof defineMetrics>;

/** Values that are queried during a scrape; null if there is no answer. */
type Source<Answer> = () => Answer | null | Promise<Answer | null>;

/** Name → help, and the value in the answer of the source; null if it is unknown. */
type Figures<Answer> = Readonly<
  Record<string, readonly [help: string, of: (answer: Answer) => number | null]>
>;

const defineGauges = <Answer>(
  registry: Registry,
  aggregator: 'sum' | 'max',
  source: Source<Answer>,
  figures: Figures<Answer>,
): void => {
  for (const [name, [help, of]] of Object.entries(figures)) {
    new Gauge({
      name,
      help,
      aggregator,
      registers: [registry],
      async collect() {
        const answer = await source();
        const value = answer === null ? null : of(answer);
        // An unknown value is left out: the previous one, or 0, would be wrong.
        if (value === null) this.remove();
        else this.set(value);
      },
    });
  }
};

/** Every process reads these values from the same database, so they are not summed. */
export const defineMailGauges = (registry: Registry, source: Source<MailBacklog>): void =>
  defineGauges(registry, 'max', source, {
    mail_owed: ['Mails that are owed and not sent yet', ({ owed }) => owed],
    mail_owed_oldest_age_seconds: [
      'Age of the oldest owed mail, 0 when none is owed',
      ({ oldestSeconds }) => oldestSeconds,
    ],
    mail_unattempted_oldest_age_seconds: [
      'Age of the oldest owed mail without a first attempt, 0 when there is none',
      ({ unattemptedSeconds }) => unattemptedSeconds,
    ],
    mail_given_up: ['Mails that were given up and wait for an operator', ({ givenUp }) => givenUp],
    mail_held: [
      'Owed mails that wait because the mail server accepts no mails, otherwise 0; only workers know it',
      ({ held }) => held ?? null,
    ],
    mail_withheld: [
      'Mails of the last day that were not sent because of MAIL_PER_ADDRESS_PER_DAY',
      ({ withheld }) => withheld,
    ],
  });

export const defineEventGauges = (registry: Registry, source: Source<EventBacklog>): void =>
  defineGauges(registry, 'max', source, {
    events_waiting: ['Events that have no position yet or are owed to the webhook', ({ waiting }) => waiting],
    events_waiting_oldest_age_seconds: [
      'Age of the oldest waiting event, 0 when none is waiting',
      ({ oldestSeconds }) => oldestSeconds,
    ],
    events_given_up: ['Events that were given up and wait for an operator', ({ givenUp }) => givenUp],
    webhook_paused: [
      '1 while the webhook is paused because its receiver responded with 410 Gone, otherwise 0',
      ({ paused }) => Number(paused),
    ],
  });

export const defineCodeGauges = (registry: Registry, source: Source<number>): void =>
  defineGauges(registry, 'max', source, {
    activation_codes_expired_unused: [
      'Registrations whose code expired unused, not purged or replaced yet',
      (count) => count,
    ],
  });

/** Each process has its own hashing queue. */
export const defineHashingMetrics = (registry: Registry, source: () => HashingState): void => {
  defineGauges(registry, 'sum', source, {
    password_hash_queue_length: ['Passwords waiting in the hashing queue', ({ waiting }) => waiting],
    password_hashes_in_progress: ['Passwords being hashed', ({ running }) => running],
  });
  new Counter({
    name: 'password_hash_rejections_total',
    help: 'Requests refused because the hashing queue was full',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(source().rejected);
    },
  });
};
