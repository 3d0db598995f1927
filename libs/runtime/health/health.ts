import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { inTime, Sql } from '../postgres/sql';
import { HASH_TAGS, Redis } from '../redis/redis';

/** How long an answer is good: probes, however many, cost a dependency one question a second. */
const FRESH_MS = 1_000;

/**
 * Asks a dependency at most once a second, and once for all who ask meanwhile, by a clock that nobody sets. Why it is
 * down it keeps to itself: probes and health are public. (Terminus's own `attempt` does neither.)
 */
export class CachedIndicator<Key extends string> {
  private asked = -Infinity;
  private answer: Promise<boolean> = Promise.resolve(true);

  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly key: Key,
    /** Rejects, within a deadline of its own, when the dependency is no use. */
    private readonly ask: () => Promise<unknown>,
  ) {}

  /** Up or down under its key, as Terminus wants it; never rejects. */
  async isHealthy(): Promise<HealthIndicatorResult<Key, 'up' | 'down'>> {
    const now = performance.now();
    if (now - this.asked >= FRESH_MS) {
      this.asked = now;
      this.answer = this.ask().then(
        () => true,
        () => false,
      );
    }
    const indicator = this.indicators.check(this.key);
    return (await this.answer) ? indicator.up() : indicator.down();
  }
}

@Injectable()
export class DatabaseIndicator extends CachedIndicator<'database'> {
  constructor(indicators: HealthIndicatorService, @Inject(Sql) sql: Sql) {
    super(indicators, 'database', () => inTime(sql`select 1`));
  }
}

@Injectable()
export class RedisIndicator extends CachedIndicator<'redis'> {
  /** Whether there is a Redis to ask; without one it is always up. */
  readonly configured: boolean;

  constructor(indicators: HealthIndicatorService, @Inject(Redis) redis: Redis | null) {
    super(indicators, 'redis', async () => {
      // Keys and not PING: of a cluster, all nodes have to answer that hold some of ours, and no other.
      if (redis !== null) await Promise.all(Object.values(HASH_TAGS).map((key) => redis.exists(key)));
    });
    this.configured = redis !== null;
  }
}
