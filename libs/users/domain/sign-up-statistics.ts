export interface SignUpCounts {
  readonly registered: number;
  /** Of those registered in the span, by now. */
  readonly activated: number;
  /** From registration to activation; null where none activated here. */
  readonly medianSecondsToActivation: number | null;
  /** Of those registered in the span: never activated, and the mail was given up. */
  readonly givenUp: number;
}

export interface SignUpSpan extends SignUpCounts {
  readonly from: Date;
}

export const SPAN_LENGTHS = ['hour', 'day'] as const;
export type SpanLength = (typeof SPAN_LENGTHS)[number];

/** Counts registrations by when they were made, purged, replaced and erased ones included. */
export interface SignUpStatistics {
  /** From the beginning of the span that holds `since` until now. @throws {Unavailable} */
  report(since: Date, by: SpanLength): Promise<{ total: SignUpCounts; spans: readonly SignUpSpan[] }>;
}
export const SignUpStatistics = Symbol('SignUpStatistics');
