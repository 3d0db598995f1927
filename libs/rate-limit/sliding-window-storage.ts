import type { ThrottlerStorage } from '@nestjs/throttler';
import { Unavailable, type Logger } from '@app/runtime';
import type { Charge, SlidingWindows, Verdict } from './domain/sliding-windows';

/** The record that @nestjs/throttler reads; its times are in seconds, although it passes milliseconds. */
type ThrottlerStorageRecord = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/** Interval at which an unavailable store is probed, in milliseconds. */
const PROBE_INTERVAL_MS = 500;

/** A successful spend proves that the store is usable: a full or read-only one still answers PING. */
const PROBE: Charge = { limit: 'probe', key: 'probe', max: 1_000, windowMs: 1_000 };

/**
 * @nestjs/throttler's storage: sliding windows in Redis, or in this process in one-node mode and while Redis is
 * unavailable. Only the first request that finds Redis unavailable waits; the following ones are counted in this
 * process until a background probe succeeds. Neither store knows the other's counts: an outage gives a client at most
 * one extra budget per process, and its end none.
 */
export class SlidingWindowStorage implements ThrottlerStorage, SlidingWindows {
  /** Called for every decision made in this process because the shared store was unavailable. */
  onFallback: () => void = () => {};
  private probe: NodeJS.Timeout | undefined;

  /** @param shared null in one-node mode */
  constructor(
    private readonly shared: SlidingWindows | null,
    private readonly local: SlidingWindows,
    private readonly logger: Logger,
  ) {}

  /** Whether this process counts alone although there is a shared store. */
  get fallenBack(): boolean {
    return this.probe !== undefined;
  }

  /** Settles several limits in one step, for our guard. */
  async settle(charges: readonly Charge[]): Promise<Verdict[]> {
    if (this.shared === null) return await this.local.settle(charges);
    if (!this.fallenBack) {
      try {
        return await this.shared.settle(charges);
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        this.fallBack(this.shared, error);
      }
    }
    this.onFallback();
    return await this.local.settle(charges);
  }

  /**
   * Settles one limit, for a guard that asks for limits one by one. `blockDuration` is ignored: a refused request
   * waits only until the window has capacity.
   */
  async increment(
    key: string,
    ttlMs: number,
    limit: number,
    _blockDurationMs: number,
    throttlerName: string,
  ): Promise<ThrottlerStorageRecord> {
    const [verdict] = await this.settle([{ limit: throttlerName, key, max: limit, windowMs: ttlMs }]);
    if (verdict === undefined) throw new TypeError('A charge was settled without a verdict');
    const { allowed, remaining, resetSeconds } = verdict;
    return {
      totalHits: allowed ? limit - remaining : limit + 1,
      timeToExpire: resetSeconds,
      isBlocked: !allowed,
      timeToBlockExpire: allowed ? 0 : resetSeconds,
    };
  }

  /** Stops probing the shared store. Nest calls it when the app closes. */
  onApplicationShutdown(): void {
    clearInterval(this.probe);
    this.probe = undefined;
  }

  private fallBack(shared: SlidingWindows, error: Unavailable): void {
    if (this.fallenBack) return;
    this.logger.warn({ error }, 'Redis is unavailable; rate limits are counted per process');
    this.probe = setInterval(() => this.probeOnce(shared), PROBE_INTERVAL_MS);
    this.probe.unref();
    // Also probes immediately: if only this process was slow to read the reply, Redis is available.
    this.probeOnce(shared);
  }

  private probeOnce(shared: SlidingWindows): void {
    shared.settle([PROBE]).then(
      () => this.recover(),
      () => {},
    );
  }

  private recover(): void {
    if (!this.fallenBack) return;
    this.onApplicationShutdown();
    this.logger.info('Rate limits are counted in Redis again');
  }
}
