import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { SharedAnswers } from '../calls/shared-calls';
import { Environment } from '../config/environment';
import { Logger } from '../logging/logger';
import { migrationNames, migrationsFolder } from '../postgres/migrations';
import { NotReady, requireReadiness } from '../postgres/readiness';
import { Sql } from '../postgres/sql';
import { proveRedis, Redis } from '../redis/redis';

/** How long an answer is good: probes, however many, cost a dependency one question a second. */
const FRESH_MS = 1_000;

/**
 * Asks a dependency at most once a second, and once for all who ask meanwhile, by a monotonic clock. Why it is
 * down stands in the log, once, and not in the answer: probes and health are public. (Terminus's own `attempt` does
 * neither.)
 */
export class CachedIndicator<Key extends string> {
  private readonly answers = new SharedAnswers<boolean>(FRESH_MS);
  private reason: string | null = null;

  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly key: Key,
    /** Rejects, within its own deadline, when the dependency is no use. */
    private readonly ask: () => Promise<unknown>,
    private readonly logger?: Logger,
  ) {}

  /** Up or down under its key, as Terminus wants it; never rejects. */
  async isHealthy(): Promise<HealthIndicatorResult<Key, 'up' | 'down'>> {
    const healthy = await this.answers.get(this.key, () =>
      this.ask().then(
        () => this.conclude(null),
        (error: unknown) => this.conclude(error as Error),
      ),
    );
    const indicator = this.indicators.check(this.key);
    return healthy ? indicator.up() : indicator.down();
  }

  /** One line when it goes down or the reason changes, and one when it is up again. */
  private conclude(error: Error | null): boolean {
    const reason = error?.message ?? null;
    if (reason !== this.reason) {
      this.reason = reason;
      const line = { dependency: this.key };
      if (error === null) this.logger?.info(line, `Healthy again: ${this.key}`);
      // What an operator has to change is an error; what comes back by itself is not.
      else if (error instanceof NotReady)
        this.logger?.error({ ...line, reason: error.reason }, error.message);
      else this.logger?.warn({ ...line, error }, `Unhealthy: ${this.key}`);
    }
    return error === null;
  }
}

/** Up while PostgreSQL answers, its schema is at least as new as this program, and the role has its rights. */
@Injectable()
export class DatabaseIndicator extends CachedIndicator<'database'> implements OnApplicationBootstrap {
  constructor(indicators: HealthIndicatorService, @Inject(Sql) sql: Sql, @Inject(Logger) logger: Logger) {
    let needed: Promise<string[]> | undefined;
    const ask = async (): Promise<void> => {
      needed ??= migrationNames(migrationsFolder());
      await requireReadiness(sql, await needed);
    };
    super(indicators, 'database', ask, logger);
  }

  /** The first question is asked at the start, so that the log has the reason before anyone asks. */
  onApplicationBootstrap(): void {
    void this.isHealthy();
  }
}

/** Up while Redis takes writes, which is what the service needs of it. */
@Injectable()
export class RedisIndicator extends CachedIndicator<'redis'> {
  /** Whether there is a Redis to ask; without one it is always up. */
  readonly configured: boolean;

  constructor(
    indicators: HealthIndicatorService,
    @Inject(Redis) redis: Redis | null,
    @Inject(Environment) environment: Environment,
    @Inject(Logger) logger: Logger,
  ) {
    let warned = false;
    const ask = async (): Promise<void> => {
      if (redis === null || !(await proveRedis(redis, environment)) || warned) return;
      warned = true;
      logger.warn(
        { prefix: environment.REDIS_KEY_PREFIX },
        'Another deployment, with another SECRET_KEY, uses this Redis under the same prefix: limits and metrics are ' +
          'counted together. Set REDIS_KEY_PREFIX to another value in one of them',
      );
    };
    super(indicators, 'redis', ask, logger);
    this.configured = redis !== null;
  }
}
