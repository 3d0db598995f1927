import type { ThrottlerStorage } from '@nestjs/throttler';
import { digestKey } from '../domain/digest-key';
import type { RateLimiter } from '../domain/rate-limiter';

/** The record that @nestjs/throttler reads; its times are seconds, while it hands milliseconds over. */
type ThrottlerStorageRecord = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/**
 * @nestjs/throttler's storage on our sliding windows, for a guard that asks limit by limit. `blockDuration` has no
 * meaning here: a refused request waits until the window has room, and not a moment longer.
 */
export class SlidingWindowThrottlerStorage implements ThrottlerStorage {
  /** @param secret digests the keys, so that none holds an address, whatever a guard makes them of */
  constructor(
    private readonly limiter: RateLimiter,
    private readonly secret: string,
  ) {}

  async increment(
    key: string,
    ttlMs: number,
    limit: number,
    _blockDurationMs: number,
    throttlerName: string,
  ): Promise<ThrottlerStorageRecord> {
    const [verdict] = await this.limiter.settle([
      {
        limit: throttlerName,
        key: digestKey(this.secret, throttlerName, key),
        max: limit,
        windowMs: ttlMs,
        action: 'spend',
      },
    ]);
    // Limits are switched off.
    if (verdict === undefined) {
      return { totalHits: 0, timeToExpire: 0, isBlocked: false, timeToBlockExpire: 0 };
    }
    const { allowed, remaining, resetSeconds } = verdict;
    return {
      totalHits: allowed ? limit - remaining : limit + 1,
      timeToExpire: resetSeconds,
      isBlocked: !allowed,
      timeToBlockExpire: allowed ? 0 : resetSeconds,
    };
  }
}
