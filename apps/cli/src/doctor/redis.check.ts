import { Inject, Injectable } from '@nestjs/common';
import { Cluster, Redis } from 'ioredis';
import {
  clusterAddress,
  clusterNodes,
  checkRedisCapability,
  Environment,
  hasRedis,
  redisAddress,
  redisPlace,
} from '@app/runtime';
import { compareClocks, Findings, type Check } from './finding';
import { RedisServer } from './redis-server';

const TIMEOUT_MS = 2_000;

/** Errors of a Redis that responds but refuses commands. */
const REFUSAL = /NOPERM|READONLY|OOM|MISCONF|NOREPLICAS|DB index/;

/** The privileges listed in docs/operations.md. Redis rejects a key pattern if the user already has access to all keys. */
function rightsFor(refusal: string, prefix: string): string {
  const keys = refusal.includes('keys') ? `~${prefix}:* ` : '';
  return `${keys}&* +@read +@write +@scripting +@pubsub +@connection +@transaction +@blocking +info +time`;
}

/** Whether Redis, if it is configured, is reachable, suitable and writable. */
@Injectable()
export class RedisCheck implements Check {
  readonly about = 'Redis';

  constructor(@Inject(Environment) private readonly environment: Environment) {}

  async run(findings: Findings): Promise<void> {
    if (!hasRedis(this.environment)) return;
    const redis = this.client();
    // connect() itself only reports that the connection is closed; the event has the reason.
    let reason: (Error & { lastNodeError?: Error }) | undefined;
    redis.on('error', (error: Error) => (reason ??= error));
    try {
      await redis.connect();
      findings.ok(
        'redis.reachable',
        `responds at ${redisPlace(this.environment)}, database ${this.environment.REDIS_DB}`,
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

  /** Checks each primary separately. */
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
      'the clock of Redis for limits',
      Number(seconds) * 1_000 + Number(micros) / 1_000,
      askedAt,
    );
  }

  /**
   * Makes the same check as the service before it becomes ready: writes the deployment's marker key, for an hour.
   * Resolves to false if the user lacks the privileges; further checks would fail too.
   */
  private async prove(redis: Redis | Cluster, findings: Findings): Promise<boolean> {
    const { REDIS_KEY_PREFIX: prefix } = this.environment;
    try {
      const shared = await checkRedisCapability(redis, this.environment);
      findings.ok('redis.writable', 'accepts the writes of the service');
      if (!shared) return true;
      findings.warn(
        'redis.neighbors',
        `another deployment with a different SECRET_KEY uses the prefix "${prefix}": both share limits and metrics`,
        'Set a different REDIS_KEY_PREFIX in one of them.',
      );
      return true;
    } catch (error) {
      const { message } = error as Error;
      if (!REFUSAL.test(message)) throw error;
      const rights = message.includes('NOPERM');
      findings.fail(
        rights ? 'redis.rights' : 'redis.writable',
        `refuses the commands of the service: ${message}`,
        rights
          ? `Run in redis-cli: ACL SETUSER ${this.environment.REDIS_USERNAME || 'default'} ${rightsFor(message, prefix)}`
          : 'Check its log, memory, disk and replicas. Meanwhile limits are counted per process.',
      );
      return !rights;
    }
  }

  private fail(findings: Findings, { message }: Error): void {
    const fix = /NOAUTH|WRONGPASS|AUTH|NOPERM/.test(message)
      ? 'Check REDIS_USERNAME and REDIS_PASSWORD, and the ACL of that user.'
      : 'Check that it is running, and REDIS_HOST, REDIS_PORT, REDIS_TLS or REDIS_SENTINELS. Meanwhile limits are counted per process.';
    findings.fail('redis.reachable', `no response from ${redisPlace(this.environment)}: ${message}`, fix);
  }
}
