import { Unavailable, type Logger } from '@app/runtime';
import type { Charge, RateLimiter, Verdict } from '../domain/rate-limiter';

/** How often a store that went away is asked whether it is back, in milliseconds. */
const PROBE_INTERVAL_MS = 500;

/**
 * Keeps counting when the shared store is away: the first request that finds it so pays the wait, the ones after it
 * are counted in this process, until a probe in the background is answered. What one store has counted the other does
 * not learn: an outage gives a client at most one more budget for each process, and its return none.
 */
export class FallbackRateLimiter implements RateLimiter {
  /** Told of every decision that was taken in this process because the store was away. */
  onFallback: () => void = () => {};
  private probe: NodeJS.Timeout | undefined;

  constructor(
    private readonly shared: RateLimiter,
    private readonly local: RateLimiter,
    private readonly logger: Logger,
  ) {}

  get away(): boolean {
    return this.probe !== undefined;
  }

  async settle(charges: readonly Charge[]): Promise<Verdict[]> {
    if (!this.away) {
      try {
        return await this.shared.settle(charges);
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        this.leave(error);
      }
    }
    this.onFallback();
    return await this.local.settle(charges);
  }

  close(): void {
    clearInterval(this.probe);
    this.probe = undefined;
  }

  private leave(error: Unavailable): void {
    if (this.away) return;
    this.logger.warn({ error }, 'Rate limits are counted by this process alone until Redis is back');
    this.probe = setInterval(() => this.ask(), PROBE_INTERVAL_MS);
    this.probe.unref();
    // At once too: where it was only this process that was slow to read the answer, Redis is not away at all.
    this.ask();
  }

  /** A spend that can be written is what proves the store usable: a full or a read-only one still answers PING. */
  private ask(): void {
    this.shared.settle([PROBE]).then(
      () => this.comeBack(),
      () => {},
    );
  }

  private comeBack(): void {
    if (!this.away) return;
    this.close();
    this.logger.info('Rate limits are counted in Redis again');
  }
}

const PROBE: Charge = { limit: 'probe', key: 'probe', max: 1_000, windowMs: 1_000, action: 'spend' };
