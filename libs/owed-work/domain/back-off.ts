import type { Setback } from './owed-work';

export interface BackOffOptions {
  /** Consecutive failures that change nothing yet. */
  readonly tolerated: number;
  readonly waitMs: DelayRange;
}

export interface DelayRange {
  readonly first: number;
  readonly longest: number;
}

/**
 * Delay before the next attempt, in the unit of the range: doubles with each attempt, with ±25 % jitter, so that what
 * failed together is not retried together. @param attempts number of attempts so far, starting at 1
 */
export function doublingDelay(
  attempts: number,
  { first, longest }: DelayRange,
  random: () => number = Math.random,
): number {
  return Math.min(first * 2 ** (attempts - 1), longest) * (0.75 + random() * 0.5);
}

/**
 * A shared back-off for everything that goes to one receiver: after a few consecutive failures nothing is sent for a
 * while, then one item probes.
 */
export class BackOff {
  private setbacks = 0;
  private until = 0;

  constructor(
    private readonly options: BackOffOptions,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether the receiver currently counts as failing, so that only one item at a time probes it. */
  get probing(): boolean {
    return this.setbacks > this.options.tolerated;
  }

  /** Milliseconds until the next probe; 0 if nothing has to wait. */
  get waitMs(): number {
    return Math.max(0, this.until - this.now());
  }

  succeed(): void {
    this.setbacks = 0;
    this.until = 0;
  }

  fail({ retryAfterSeconds = 0, repeated = false }: Setback): void {
    // Items that were in flight together also fail together: they count as one failure.
    if (this.waitMs > 0) return;
    if (repeated && !this.probing) return;
    this.setbacks += 1;
    if (!this.probing && retryAfterSeconds === 0) return;
    const { tolerated, waitMs } = this.options;
    const delayMs = doublingDelay(Math.max(1, this.setbacks - tolerated), waitMs);
    this.until = this.now() + Math.max(delayMs, retryAfterSeconds * 1_000);
  }
}
