import { Cluster, Redis } from 'ioredis';
import {
  clusterAddress,
  clusterNodes,
  proveRedis,
  redisAddress,
  redisPlace,
  type Environment,
} from '@app/runtime';
import { compareClocks, Findings, type Check } from './finding';
import { RedisServer } from './redis-server';

const TIMEOUT_MS = 2_000;

/** Errors of a Redis that answers, and does not do what it is told. */
const REFUSAL = /NOPERM|READONLY|OOM|MISCONF|NOREPLICAS/;

/** The rights that docs/operations.md lists. A pattern of keys is an error to Redis where the user has them all. */
function rightsFor(refusal: string, prefix: string): string {
  const keys = refusal.includes('keys') ? `~${prefix}:* ` : '';
  return `${keys}&* +@read +@write +@scripting +@pubsub +@connection +@transaction +@blocking +info +time`;
}

/** Whether Redis is there, is fit, and keeps what it is given. */
export class RedisCheck implements Check {
  readonly about = 'Redis';

  constructor(private readonly environment: Environment) {}

  async run(findings: Findings): Promise<void> {
    const redis = this.client();
    // connect() itself only says that the connection is closed; the event says why.
    let reason: (Error & { lastNodeError?: Error }) | undefined;
    redis.on('error', (error: Error) => (reason ??= error));
    try {
      await redis.connect();
      findings.ok(
        'redis.reachable',
        `answers at ${redisPlace(this.environment)}, database ${this.environment.REDIS_DB}`,
      );
      if (!(await this.prove(redis, findings))) return;
      if (redis instanceof Cluster) await this.askNodes(redis, findings);
      else await this.ask(redis, findings);
    } catch (error) {
      this.fail(findings, reason?.lastNodeError ?? reason ?? (error as Error));
    } finally {
      redis.disconnect();
    }
  }

  private client(): Redis | Cluster {
    const keyPrefix = `${this.environment.REDIS_KEY_PREFIX}:`;
    const limits = { connectTimeout: TIMEOUT_MS, commandTimeout: TIMEOUT_MS };
    if (this.environment.REDIS_CLUSTER) {
      return new Cluster(clusterNodes(this.environment), {
        ...clusterAddress(this.environment, limits),
        keyPrefix,
        lazyConnect: true,
        clusterRetryStrategy: () => null,
      });
    }
    return new Redis({
      ...redisAddress(this.environment),
      ...limits,
      keyPrefix,
      lazyConnect: true,
      retryStrategy: () => null,
      sentinelRetryStrategy: () => null,
    });
  }

  /** Each primary by itself: one that drops keys is one too many. */
  private async askNodes(cluster: Cluster, findings: Findings): Promise<void> {
    for (const node of cluster.nodes('master')) {
      const own = new Findings(`${this.about} ${node.options.host}:${node.options.port}`);
      await this.ask(node, own);
      findings.list.push(...own.list);
    }
  }

  private async ask(redis: Redis, findings: Findings): Promise<void> {
    new RedisServer(await redis.info()).judge(findings);
    const askedAt = Date.now();
    const [seconds, micros] = await redis.time();
    compareClocks(
      findings,
      'redis.clock',
      'that of Redis for limits',
      Number(seconds) * 1_000 + Number(micros) / 1_000,
      askedAt,
    );
  }

  /**
   * Proves what the service proves before it is ready, by leaving the mark of its deployment for an hour.
   * Resolves to false where the user may not do that, and so may ask for nothing else.
   */
  private async prove(redis: Redis | Cluster, findings: Findings): Promise<boolean> {
    const { REDIS_KEY_PREFIX: prefix } = this.environment;
    try {
      const shared = await proveRedis(redis, this.environment);
      findings.ok('redis.writable', 'takes what the service writes');
      if (!shared) return true;
      findings.warn(
        'redis.neighbours',
        `another deployment, with another SECRET_KEY, uses the prefix "${prefix}" here: limits and metrics are counted together`,
        'Set REDIS_KEY_PREFIX to another value in one of them.',
      );
      return true;
    } catch (error) {
      const { message } = error as Error;
      if (!REFUSAL.test(message)) throw error;
      const rights = message.includes('NOPERM');
      findings.fail(
        rights ? 'redis.rights' : 'redis.writable',
        `it refuses what the service does: ${message}`,
        rights
          ? `Paste in redis-cli: ACL SETUSER ${this.environment.REDIS_USERNAME || 'default'} ${rightsFor(message, prefix)}`
          : 'Look into its log: memory, disk, replicas. Meanwhile limits are counted per process.',
      );
      return !rights;
    }
  }

  private fail(findings: Findings, { message }: Error): void {
    const fix = /NOAUTH|WRONGPASS|AUTH|NOPERM/.test(message)
      ? 'Check REDIS_USERNAME and REDIS_PASSWORD, and the rights of that user (ACL).'
      : 'Check that it runs, and REDIS_HOST, REDIS_PORT, REDIS_TLS or REDIS_SENTINELS. Meanwhile limits are counted per process.';
    findings.fail('redis.reachable', `no answer from ${redisPlace(this.environment)}: ${message}`, fix);
  }
}
