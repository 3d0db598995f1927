export type Verdict = 'ok' | 'warning' | 'failed';

/** One line of the report. */
export interface Finding {
  /** Id of the check for scripts, such as `work.worker`; stable across versions. */
  readonly id: string;
  readonly about: string;
  readonly verdict: Verdict;
  readonly message: string;
  /** How to fix it, if there is something to fix. */
  readonly fix?: string;
}

/** Collects the findings about one subject. */
export class Findings {
  readonly list: Finding[] = [];

  constructor(private readonly about: string) {}

  ok(id: string, message: string): void {
    this.list.push({ id, about: this.about, verdict: 'ok', message });
  }

  warn(id: string, message: string, fix: string): void {
    this.list.push({ id, about: this.about, verdict: 'warning', message, fix });
  }

  fail(id: string, message: string, fix: string): void {
    this.list.push({ id, about: this.about, verdict: 'failed', message, fix });
  }
}

/** Options of `doctor`. */
export interface CheckOptions {
  readonly ping?: boolean;
}

/** Checks one subject and records findings as it proceeds, so that they remain if it is cut off. */
export interface Check {
  readonly about: string;
  run(findings: Findings, options: CheckOptions): Promise<void> | void;
}

/** A larger difference between two clocks is worth fixing, in milliseconds. */
const CLOCKS_APART_MAX_MS = 2_000;

/**
 * Minimum difference between another machine's clock and ours, in milliseconds.
 * @param theirs milliseconds since 1970, read at some moment between `askedAt` and now
 * @param unitMs resolution of `theirs`, which is rounded down to it
 */
export function clocksApartMs(theirs: number, askedAt: number, unitMs = 0): number {
  const halfRoundTripMs = (Date.now() - askedAt) / 2;
  const betweenMs = Math.abs(theirs + unitMs / 2 - (askedAt + halfRoundTripMs));
  return Math.max(0, betweenMs - halfRoundTripMs - unitMs / 2);
}

/**
 * Compares another machine's clock with ours.
 * @param theirs milliseconds since 1970, read at some moment between `askedAt` and now
 */
export function compareClocks(
  findings: Findings,
  id: string,
  whose: string,
  theirs: number,
  askedAt: number,
): void {
  const roundTripMs = Date.now() - askedAt;
  const apartMs = clocksApartMs(theirs, askedAt);
  if (apartMs <= CLOCKS_APART_MAX_MS)
    findings.ok(id, `clocks agree to ${Math.ceil((apartMs + roundTripMs) / 10) * 10} ms`);
  else {
    findings.warn(
      id,
      `its clock and ours are ${(apartMs / 1_000).toFixed(1)} s apart`,
      `Synchronize both clocks with NTP. Codes and limits are not affected (they use ${whose}); logs and certificates are.`,
    );
  }
}
