import { Cluster, Redis } from 'ioredis';
import {
  clusterAddress,
  clusterNodes,
  HASH_TAGS,
  redisAddress,
  redisPlace,
  type Environment,
} from '@app/runtime';
import { compareClocks, Findings, type Check } from './finding';

const TIMEOUT_MS = 2_000;
const SAMPLED_KEYS = 1_000;
/** Source: BullMQ, which refuses older ones, and recommends 6.2. */
const OLDEST_VERSION = [5, 0] as const;
const RECOMMENDED_VERSION = [6, 2] as const;

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
      if (redis instanceof Cluster) await this.askNodes(redis, findings);
      else await this.ask(redis, findings);
    } catch (error) {
      this.fail(findings, reason?.lastNodeError ?? reason ?? (error as Error));
    } finally {
      redis.disconnect();
    }
  }

  private client(): Redis | Cluster {
    const limits = { connectTimeout: TIMEOUT_MS, commandTimeout: TIMEOUT_MS };
    if (this.environment.REDIS_CLUSTER) {
      return new Cluster(clusterNodes(this.environment), {
        ...clusterAddress(this.environment, limits),
        lazyConnect: true,
        clusterRetryStrategy: () => null,
      });
    }
    return new Redis({
      ...redisAddress(this.environment),
      ...limits,
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
    await this.rights(redis, findings);
    await this.neighbours(redis, findings);
    const info = parseInfo(await redis.info());
    const askedAt = Date.now();
    const [seconds, micros] = await redis.time();
    this.version(findings, info.get('redis_version') ?? '0.0');
    this.memory(findings, info);
    this.persistence(findings, info);
    compareClocks(
      findings,
      'redis.clock',
      'that of Redis for limits',
      Number(seconds) * 1_000 + Number(micros) / 1_000,
      askedAt,
    );
  }

  /** What the service does with its keys, tried without a change. */
  private async rights(redis: Redis, findings: Findings): Promise<void> {
    try {
      await redis.eval("return redis.call('exists', KEYS[1])", 1, `${HASH_TAGS.limits}:doctor`);
      await redis.exists(`${HASH_TAGS.metrics}:doctor`, `${HASH_TAGS.metrics}:doctor`);
      await redis.exists(`${HASH_TAGS.doorbell}:doctor`);
      findings.ok('redis.rights', 'its user may run scripts and read our keys');
    } catch (error) {
      const { message } = error as Error;
      // A node of a cluster holds some of the keys: the others answer MOVED, and that is no missing right.
      if (!message.includes('NOPERM')) return;
      findings.fail(
        'redis.rights',
        `its user may not do what the service does: ${message}`,
        `Paste in redis-cli: ACL SETUSER ${this.environment.REDIS_USERNAME || 'default'} ~* &* +@all -@dangerous +info`,
      );
    }
  }

  /** Others in the same database share its memory, and FLUSHDB. */
  private async neighbours(redis: Redis, findings: Findings): Promise<void> {
    const [, keys] = await redis.scan('0', 'COUNT', SAMPLED_KEYS);
    const tags = Object.values(HASH_TAGS);
    const foreign = keys.filter((key) => !tags.some((tag) => key.includes(tag)));
    if (foreign.length === 0) return;
    findings.warn(
      'redis.neighbours',
      `${foreign.length} of ${keys.length} keys that were looked at belong to other programs`,
      'Give the service a Redis of its own, or a database (REDIS_DB): neighbours fill its memory, or flush it.',
    );
  }

  private version(findings: Findings, version: string): void {
    if (olderThan(version, OLDEST_VERSION)) {
      findings.fail('redis.version', `version ${version} is too old`, 'Upgrade it to 6.2 or newer.');
    } else if (olderThan(version, RECOMMENDED_VERSION)) {
      findings.warn('redis.version', `version ${version} is old`, 'Upgrade it to 6.2 or newer.');
    } else findings.ok('redis.version', `version ${version}`);
  }

  private memory(findings: Findings, info: ReadonlyMap<string, string>): void {
    const policy = info.get('maxmemory_policy');
    if (policy === 'noeviction') findings.ok('redis.eviction', 'maxmemory-policy is noeviction');
    else {
      findings.fail(
        'redis.eviction',
        `maxmemory-policy is ${policy}: when memory is short, it drops queued mails and counted requests`,
        'Set it: CONFIG SET maxmemory-policy noeviction, and in redis.conf.',
      );
    }
    const [used, most] = ['used_memory', 'maxmemory'].map((name) => Number(info.get(name) ?? 0)) as [
      number,
      number,
    ];
    if (most > 0 && used / most > 0.9) {
      findings.warn(
        'redis.memory',
        `${Math.round((used / most) * 100)} % of maxmemory is used`,
        'Raise maxmemory.',
      );
    }
    if (info.get('role') === 'slave')
      findings.fail('redis.replica', 'it is a replica', 'Point REDIS_HOST to the primary.');
  }

  private persistence(findings: Findings, info: ReadonlyMap<string, string>): void {
    if (info.get('aof_enabled') === '1') findings.ok('redis.persistence', 'appendonly is on');
    else {
      findings.warn(
        'redis.persistence',
        'appendonly is off: a restart forgets limits, metrics and the queue (owed mails are safe in PostgreSQL)',
        'Set it: CONFIG SET appendonly yes, and in redis.conf.',
      );
    }
    if ([info.get('aof_last_write_status'), info.get('rdb_last_bgsave_status')].includes('err')) {
      findings.fail(
        'redis.disk',
        'it could not write to its disk',
        'Look into its log: a full disk, or missing rights.',
      );
    }
  }

  private fail(findings: Findings, { message }: Error): void {
    const fix = /NOAUTH|WRONGPASS|AUTH|NOPERM/.test(message)
      ? 'Check REDIS_USERNAME and REDIS_PASSWORD, and the rights of that user (ACL).'
      : 'Check that it runs, and REDIS_HOST, REDIS_PORT, REDIS_TLS or REDIS_SENTINELS. Meanwhile limits are counted per process.';
    findings.fail('redis.reachable', `no answer from ${redisPlace(this.environment)}: ${message}`, fix);
  }
}

/** The reply of INFO: `name:value` a line, and headings. */
const parseInfo = (reply: string): ReadonlyMap<string, string> =>
  new Map(
    reply
      .split('\r\n')
      .filter((line) => line.includes(':'))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  );

function olderThan(version: string, [major, minor]: readonly [number, number]): boolean {
  const [itsMajor = 0, itsMinor = 0] = version.split('.').map(Number);
  return itsMajor < major || (itsMajor === major && itsMinor < minor);
}
