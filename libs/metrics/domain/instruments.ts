export const LIMIT_DECISIONS = ['allowed', 'refused'] as const;
export type LimitDecision = (typeof LIMIT_DECISIONS)[number];

/** Outcome of an activation attempt. */
export const ACTIVATION_RESULTS = [
  'activated',
  'code_wrong',
  'code_dead',
  'already_activated',
  'credentials_wrong',
] as const;
export type ActivationResult = (typeof ACTIVATION_RESULTS)[number];

/**
 * What happened to codes. None of our code runs when an activation code expires, so that number is queried
 * (`watchExpiredCodes`).
 */
export const CODE_OUTCOMES = ['issued', 'sent', 'used', 'replaced'] as const;
export type CodeOutcome = (typeof CODE_OUTCOMES)[number];

/** Outcome of an attempt to send a mail. */
export const MAIL_OUTCOMES = ['sent', 'postponed', 'held', 'given_up'] as const;
export type MailAttemptOutcome = (typeof MAIL_OUTCOMES)[number];

/** Outcome of an attempt to deliver an event to the webhook receiver. */
export const WEBHOOK_OUTCOMES = ['delivered', 'postponed', 'given_up', 'paused'] as const;
export type WebhookAttemptOutcome = (typeof WEBHOOK_OUTCOMES)[number];

export interface FinishedRequest {
  readonly method: string;
  /** A route template, or `UNMATCHED_ROUTE`; never the path sent by the client. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
}

export interface MailBacklog {
  readonly owed: number;
  /** Age of the oldest owed mail; 0 if there is none. */
  readonly oldestSeconds: number;
  /** Age of the oldest owed mail without any attempt so far; 0 if there is none. */
  readonly unattemptedSeconds: number;
  readonly givenUp: number;
  /** Mails of the last day that were not sent, because their mailbox had reached its daily limit. */
  readonly withheld: number;
  /** Owed mails while the mail server accepts none; only workers know it. */
  readonly held?: number;
}

export interface EventBacklog {
  readonly waiting: number;
  /** Age of the oldest waiting event; 0 if there is none. */
  readonly oldestSeconds: number;
  readonly givenUp: number;
  /** The receiver responded with 410 Gone, so the webhook is paused. */
  readonly paused: boolean;
}

export interface HashingState {
  /** Jobs in the queue. */
  readonly waiting: number;
  /** Jobs being hashed. */
  readonly running: number;
  /** Jobs refused since the start. */
  readonly rejected: number;
}

/**
 * Everything that is measured, for the report and for a scraper. The apps pass the methods to the libraries that report
 * measurements, so that those do not depend on metrics. No method throws or waits. Durations are in seconds, as
 * Prometheus expects.
 */
export interface Instruments {
  /** Counts a request in flight until the returned function is first called. */
  requestStarted(): () => void;
  /** Names that clients can invent are bounded here. */
  requestFinished(request: FinishedRequest): void;
  /** A registration and the code issued with it. */
  registered(): void;
  activationAnswered(result: ActivationResult): void;
  codeChanged(outcome: CodeOutcome): void;
  mailHandled(outcome: MailAttemptOutcome, durationSeconds: number): void;
  webhookAttempted(outcome: WebhookAttemptOutcome, durationSeconds: number): void;
  hashWaited(durationSeconds: number): void;
  /** Registers the names of all limits, so that each has a zero before its first decision. */
  limitsEnforced(names: readonly string[]): void;
  /** @param limit one of the names passed to `limitsEnforced` */
  limitDecided(limit: string, decision: LimitDecision): void;
  /** A decision made in process because Redis was unavailable. */
  limitsFellBack(): void;
  /** Counts could not be flushed to Redis; they are kept. */
  metricsFlushFailed(): void;

  /** Gauges that are queried during a scrape: at most once per second each, with a time limit of one second. */
  watchMailBacklog(ask: () => Promise<MailBacklog>): void;
  watchEventBacklog(ask: () => Promise<EventBacklog>): void;
  watchExpiredCodes(ask: () => Promise<number>): void;
  watchHashing(look: () => HashingState): void;
}
export const Instruments = Symbol('Instruments');

const nothing = (): void => {};

/** For `ENABLE_METRICS=false`: records nothing. */
export const SILENT_INSTRUMENTS: Instruments = {
  requestStarted: () => nothing,
  requestFinished: nothing,
  registered: nothing,
  activationAnswered: nothing,
  codeChanged: nothing,
  mailHandled: nothing,
  webhookAttempted: nothing,
  hashWaited: nothing,
  limitsEnforced: nothing,
  limitDecided: nothing,
  limitsFellBack: nothing,
  metricsFlushFailed: nothing,
  watchMailBacklog: nothing,
  watchEventBacklog: nothing,
  watchExpiredCodes: nothing,
  watchHashing: nothing,
};
