import { Inject, Injectable } from '@nestjs/common';
import { inTime, Sql } from './postgres/sql';
import { Redis } from './redis/redis';

/** How long an answer is good: probes, however many, cost a dependency one question a second. */
const FRESH_MS = 1_000;

/** Asks at most once a second, and once for all who ask meanwhile. */
export class CachedCheck {
  private asked = -Infinity;
  private answer: Promise<void> = Promise.resolve();

  constructor(private readonly ask: () => Promise<void>) {}

  /** Rejects with what the dependency said. */
  check(): Promise<void> {
    const now = performance.now();
    if (now - this.asked >= FRESH_MS) {
      this.asked = now;
      this.answer = this.ask();
      // Whoever asked is told; nobody has to listen.
      this.answer.catch(() => {});
    }
    return this.answer;
  }
}

@Injectable()
export class DatabaseCheck extends CachedCheck {
  constructor(@Inject(Sql) sql: Sql) {
    super(async () => {
      await inTime(sql`select 1`);
    });
  }
}

@Injectable()
export class RedisCheck extends CachedCheck {
  constructor(@Inject(Redis) readonly redis: Redis | null) {
    super(async () => {
      await redis?.ping();
    });
  }

  get configured(): boolean {
    return this.redis !== null;
  }
}
