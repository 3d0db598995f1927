import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Cluster } from 'ioredis';
import { Environment } from '../config/environment';
import { Logger } from '../logging/logger';
import { connectionsOffered, connectionsWanted } from '../postgres/connections';
import { Sql } from '../postgres/sql';
import { Redis } from '../redis/redis';
import { connectionsAllowed } from '../server/open-files';
import { RedisIndicator } from './health';

/**
 * Warns at start of settings that could lose data or refuse people on a bad day. It delays and prevents nothing;
 * `doctor` reports more.
 */
@Injectable()
export class Warnings implements OnApplicationBootstrap {
  constructor(
    @Inject(Environment) private readonly environment: Environment,
    @Inject(Logger) private readonly logger: Logger,
    @Inject(Sql) private readonly sql: Sql,
    @Inject(Redis) private readonly redis: Redis | null,
    private readonly redisIndicator: RedisIndicator,
  ) {}

  onApplicationBootstrap(): void {
    // A dependency that does not respond now is reported where it is needed.
    const ignore = (): void => {};
    this.checkPostgres().catch(ignore);
    this.checkOpenFiles();
    if (this.redis === null) return;
    const { redis } = this;
    const look = (): void => {
      // Warns of another deployment, and logs what Redis refuses.
      void this.redisIndicator.isHealthy();
      this.checkRedis(redis).catch(ignore);
    };
    if (redis.status === 'ready') look();
    else redis.once('ready', look);
  }

  private checkOpenFiles(): void {
    const { CONNECTIONS_MAX: wanted } = this.environment;
    const allowed = connectionsAllowed(wanted);
    if (allowed === wanted) return;
    this.logger.warn(
      { wanted, allowed },
      `The limit of open files allows ${allowed} connections, and CONNECTIONS_MAX is ${wanted}: raise the limit (ulimit -n)`,
    );
  }

  private async checkPostgres(): Promise<void> {
    const offered = await connectionsOffered(this.sql);
    const wanted = connectionsWanted(this.environment);
    if (wanted <= offered) return;
    this.logger.warn(
      { wanted, offered },
      `One api and one mailer-worker may open ${wanted} connections, but PostgreSQL allows ${offered}: lower ` +
        'DATABASE_POOL_SIZE or WEB_CONCURRENCY, raise max_connections, or use PgBouncer',
    );
  }

  private async checkRedis(redis: Redis): Promise<void> {
    const nodes = redis instanceof Cluster ? redis.nodes('master') : [redis];
    const replies = await Promise.all(nodes.map((node) => node.info('memory')));
    const policies = new Set(replies.map((reply) => /^maxmemory_policy:(\S+)/m.exec(reply)?.[1]));
    for (const policy of policies) {
      if (policy === undefined || policy === 'noeviction') continue;
      this.logger.warn(
        { maxmemory_policy: policy },
        `Redis drops counted requests when its memory runs short (${policy}): set maxmemory-policy noeviction`,
      );
    }
  }
}
