export const LIMIT_DECISIONS = ['allowed', 'refused'] as const;
export type LimitDecision = (typeof LIMIT_DECISIONS)[number];

/** How an attempt to activate was answered. */
export const ACTIVATION_RESULTS = [
  'activated',
  'code_wrong',
  'code_dead',
  'already_activated',
  'credentials_wrong',
] as const;
export type ActivationResult = (typeof ACTIVATION_RESULTS)[number];

/**
 * What became of codes. No code of ours runs when a code expires unused, so that is no event to count: it is asked for
 * (`watchExpiredCodes`).
 */
export const CODE_OUTCOMES = ['issued', 'sent', 'used', 'replaced'] as const;
export type CodeOutcome = (typeof CODE_OUTCOMES)[number];

/** How a worker's turn at a mail ended. */
export const MAIL_OUTCOMES = ['sent', 'postponed', 'held', 'given_up'] as const;
export type MailOutcome = (typeof MAIL_OUTCOMES)[number];

/** How an attempt to deliver an event to the webhook's receiver ended. */
export const WEBHOOK_OUTCOMES = ['delivered', 'postponed', 'given_up', 'paused'] as const;
export type WebhookAttemptOutcome = (typeof WEBHOOK_OUTCOMES)[number];

export interface RequestLabels {
  readonly method: string;
  readonly route: string;
  readonly status: string;
}

export interface MailBacklog {
  readonly owed: number;
  /** Age of the oldest owed mail; 0 when none is. */
  readonly oldestSeconds: number;
  /** Age of the oldest owed mail that no worker has tried to send yet; 0 when there is none. */
  readonly unattemptedSeconds: number;
  readonly givenUp: number;
  /** Mails of the last day that were not sent, because their mailbox had its mails of the day. */
  readonly withheld: number;
  /** Owed mails, while the mail server takes none; known to a worker alone. */
  readonly held?: number;
}

export interface EventBacklog {
  readonly waiting: number;
  /** Age of the oldest waiting event; 0 when none is. */
  readonly oldestSeconds: number;
  readonly givenUp: number;
  /** The receiver answered 410 Gone: nothing is sent to it. */
  readonly paused: boolean;
}

export interface HashingState {
  /** Jobs in the line. */
  readonly waiting: number;
  /** Jobs that are being hashed. */
  readonly running: number;
  /** Jobs turned away since the start. */
  readonly rejected: number;
}

/**
 * What this process shows a scraper. The apps hand its methods to all that have something to tell; libraries that
 * tell do not know it. No method throws or waits. Durations are seconds, as Prometheus wants them.
 */
export interface Instruments {
  /** Counts a request in flight until the function it returns is first called. */
  requestStarted(): () => void;
  /** Called by `MetricsRecorder.recordRequest`, with labels already bounded. */
  requestFinished(labels: RequestLabels, durationSeconds: number): void;
  /** A registration, and the code it issued. Called by `MetricsRecorder.recordBusiness`. */
  registered(): void;
  /** `activated`, which also uses a code, is told by `MetricsRecorder.recordBusiness`; the others by the api. */
  activationAnswered(result: ActivationResult): void;
  codeChanged(outcome: CodeOutcome): void;
  mailHandled(outcome: MailOutcome, durationSeconds: number): void;
  webhookAttempted(outcome: WebhookAttemptOutcome, durationSeconds: number): void;
  hashWaited(durationSeconds: number): void;
  /** Names the limits there are, so that each is shown with a zero before its first decision. */
  limitsEnforced(names: readonly string[]): void;
  /** @param limit one of the names that were given to `limitsEnforced` */
  limitDecided(limit: string, decision: LimitDecision): void;
  /** A decision that was taken in process because Redis was down. */
  limitsFellBack(): void;
  /** What was counted could not be brought to Redis; it is kept. */
  metricsFlushFailed(): void;

  /** Gauges that are asked for when scraped: at most once a second each, and given up after a second. */
  watchMailBacklog(ask: () => Promise<MailBacklog>): void;
  watchEventBacklog(ask: () => Promise<EventBacklog>): void;
  watchExpiredCodes(ask: () => Promise<number>): void;
  watchHashing(look: () => HashingState): void;
}
export const Instruments = Symbol('Instruments');

const nothing = (): void => {};

/** For `ENABLE_METRICS=false`: nothing is recorded. */
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
