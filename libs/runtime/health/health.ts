import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { SharedAnswers } from '../calls/shared-calls';
import { Environment } from '../config/environment';
import { Logger } from '../logging/logger';
import { migrationNames, migrationsFolder } from '../postgres/migrations';
import { NotReady, requireReadiness } from '../postgres/readiness';
import { Sql } from '../postgres/sql';
import { checkRedisCapability } from '../redis/capability';
import { Redis } from '../redis/redis';

/** How long an answer is reused: however many probes there are, a dependency gets one query per second. */
const FRESH_MS = 1_000;

/**
 * Checks a dependency at most once a second, and once for all concurrent callers, using a monotonic clock. The reason
 * of a failure is logged once and left out of the response, because probes and health are public. (Terminus's own
 * `attempt` does neither.)
 */
export class CachedIndicator<Key extends string> {
  private readonly answers = new SharedAnswers<boolean>(FRESH_MS);
  private reason: string | null = null;

  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly key: Key,
    /** Rejects, within its own deadline, if the dependency is unusable. */
    private readonly ask: () => Promise<unknown>,
    private readonly logger?: Logger,
  ) {}

  /** Up or down under its key, in the format of Terminus; never rejects. */
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

  /** Logs one line when it goes down or the reason changes, and one when it is up again. */
  private conclude(error: Error | null): boolean {
    const reason = error?.message ?? null;
    if (reason !== this.reason) {
      this.reason = reason;
      const line = { dependency: this.key };
      if (error === null) this.logger?.info(line, `Healthy again: ${this.key}`);
      // A fault that an operator must fix is an error; one that recovers by itself is not.
      else if (error instanceof NotReady)
        this.logger?.error({ ...line, reason: error.reason }, error.message);
      else this.logger?.warn({ ...line, error }, `Unhealthy: ${this.key}`);
    }
    return error === null;
  }
}

/** Up if PostgreSQL responds, its schema is at least as new as this program, and the role has the privileges. */
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

  /** The first check runs at start, so that the log has the reason before the first probe. */
  onApplicationBootstrap(): void {
    void this.isHealthy();
  }
}

/** Up if Redis accepts writes, which the service needs. */
@Injectable()
export class RedisIndicator extends CachedIndicator<'redis'> {
  /** Whether Redis is configured; without it, this is always up. */
  readonly configured: boolean;

  constructor(
    indicators: HealthIndicatorService,
    @Inject(Redis) redis: Redis | null,
    @Inject(Environment) environment: Environment,
    @Inject(Logger) logger: Logger,
  ) {
    let warned = false;
    const ask = async (): Promise<void> => {
      if (redis === null || !(await checkRedisCapability(redis, environment)) || warned) return;
      warned = true;
      logger.warn(
        { prefix: environment.REDIS_KEY_PREFIX },
        'Another deployment with a different SECRET_KEY uses the same prefix in this Redis: limits and metrics are ' +
          'counted together. Set a different REDIS_KEY_PREFIX in one of them',
      );
    };
    super(indicators, 'redis', ask, logger);
    this.configured = redis !== null;
  }
}
