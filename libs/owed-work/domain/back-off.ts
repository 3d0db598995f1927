import type { Setback } from './owed-work';

export interface BackOffOptions {
  /** Consecutive failures that change nothing yet. */
  readonly tolerated: number;
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * A shared back-off for everything that goes to one receiver: after a few consecutive failures nothing is sent for a
 * while, then one item probes. The wait doubles, with ±25 % jitter so that workers do not retry together.
 */
export class BackOff {
  private setbacks = 0;
  private until = 0;

  constructor(
    private readonly options: BackOffOptions,
    private readonly now: () => number = () => performance.now(),
    private readonly random: () => number = Math.random,
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
    const { tolerated, firstMs, maxMs } = this.options;
    if (repeated && !this.probing) return;
    this.setbacks += 1;
    if (!this.probing && retryAfterSeconds === 0) return;
    const doubled = Math.min(firstMs * 2 ** Math.max(0, this.setbacks - tolerated - 1), maxMs);
    this.until = this.now() + Math.max(doubled * (0.75 + this.random() * 0.5), retryAfterSeconds * 1_000);
  }
}
