import type { Logger } from '@app/runtime';
import type { Charge, RateLimiter, Verdict } from '../domain/rate-limiter';

/** How often a store that went away is asked whether it is back, in milliseconds. */
const PROBE_INTERVAL_MS = 500;

/**
 * Keeps counting when the shared store is away: the first request that finds it so pays the wait, the ones after it
 * are counted in this process, until a probe in the background is answered.
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
        this.leave(error);
      }
    }
    this.onFallback();
    return await this.local.settle(charges);
  }

  close(): void {
    clearInterval(this.probe);
  }

  private leave(error: unknown): void {
    if (this.away) return;
    this.logger.warn({ error }, 'Rate limits are counted by this process alone until Redis is back');
    this.probe = setInterval(() => {
      // A spend that can be written is what proves the store usable: a full or a read-only one still answers PING.
      this.shared.settle([PROBE]).then(
        () => this.comeBack(),
        () => {},
      );
    }, PROBE_INTERVAL_MS);
    this.probe.unref();
  }

  private comeBack(): void {
    if (!this.away) return;
    clearInterval(this.probe);
    this.probe = undefined;
    this.logger.info('Rate limits are counted in Redis again');
  }
}

const PROBE: Charge = { limit: 'probe', key: 'probe', max: 1_000, windowMs: 1_000, action: 'spend' };
