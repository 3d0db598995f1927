export type Verdict = 'ok' | 'warning' | 'failed';

/** One line of the doctor's. */
export interface Finding {
  /** Names what was checked, the same in every version, for scripts: `work.worker`. */
  readonly id: string;
  readonly about: string;
  readonly verdict: Verdict;
  readonly message: string;
  /** What to do; only where something is to be done. */
  readonly fix?: string;
}

/** Writes the findings about one thing. */
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

/** Checks one thing, and writes down what it sees as it proceeds: what it saw stays if it is cut off. */
export interface Check {
  readonly about: string;
  run(findings: Findings): Promise<void> | void;
}

/** More than this between two clocks is worth fixing, in milliseconds. */
const CLOCKS_APART_MAX_MS = 2_000;

/**
 * How far another machine's clock is from ours at least, in milliseconds.
 * @param theirs milliseconds since 1970, read at some moment between `askedAt` and now
 * @param unitMs what theirs is rounded down to
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
      `Let both keep time by NTP. Codes and limits go by one clock each (${whose}), so they hold; logs and certificates do not.`,
    );
  }
}
