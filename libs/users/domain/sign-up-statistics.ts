export interface SignUpCounts {
  readonly registered: number;
  /** Of those registered in the span, until now. */
  readonly activated: number;
  /** From registration to activation; null if none was activated here. */
  readonly medianSecondsToActivation: number | null;
  /** Of those registered in the span: not activated, and the mail was given up. */
  readonly givenUp: number;
}

export interface SignUpSpan extends SignUpCounts {
  readonly from: Date;
}

export const SPAN_LENGTHS = ['hour', 'day'] as const;
export type SpanLength = (typeof SPAN_LENGTHS)[number];

/** Counts registrations by time of registration, including purged, replaced and erased ones. */
export interface SignUpStatistics {
  /** From the beginning of the span that contains `since` until now. @throws {Unavailable} */
  report(since: Date, by: SpanLength): Promise<{ total: SignUpCounts; spans: readonly SignUpSpan[] }>;
}
export const SignUpStatistics = Symbol('SignUpStatistics');
