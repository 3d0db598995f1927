import type { Findings } from './finding';

/** Source: BullMQ, which refuses older ones, and recommends 6.2. */
const OLDEST_VERSION = [5, 0] as const;
const RECOMMENDED_VERSION = [6, 2] as const;

/** The INFO of one Redis server. */
export class RedisServer {
  private readonly info: ReadonlyMap<string, string>;

  /** @param reply of INFO: one `name:value` per line, and headings */
  constructor(reply: string) {
    const lines = reply.split('\r\n').filter((line) => line.includes(':'));
    this.info = new Map(
      lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
    );
  }

  judge(findings: Findings): void {
    this.version(findings);
    this.memory(findings);
    this.persistence(findings);
  }

  private version(findings: Findings): void {
    const version = this.info.get('redis_version') ?? '0.0';
    if (olderThan(version, OLDEST_VERSION)) {
      findings.fail('redis.version', `version ${version} is too old`, 'Upgrade it to 6.2 or newer.');
    } else if (olderThan(version, RECOMMENDED_VERSION)) {
      findings.warn('redis.version', `version ${version} is old`, 'Upgrade it to 6.2 or newer.');
    } else findings.ok('redis.version', `version ${version}`);
  }

  private memory(findings: Findings): void {
    const policy = this.info.get('maxmemory_policy');
    if (policy === 'noeviction') findings.ok('redis.eviction', 'maxmemory-policy is noeviction');
    else {
      findings.fail(
        'redis.eviction',
        `maxmemory-policy is ${policy}: when memory runs short, Redis drops the counts of limits`,
        'Run CONFIG SET maxmemory-policy noeviction, and set it in redis.conf.',
      );
    }
    const [used, most] = ['used_memory', 'maxmemory'].map((name) => Number(this.info.get(name) ?? 0)) as [
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
    if (this.info.get('role') === 'slave')
      findings.fail('redis.replica', 'this is a replica', 'Point REDIS_HOST to the primary.');
  }

  private persistence(findings: Findings): void {
    if (this.info.get('aof_enabled') === '1') findings.ok('redis.persistence', 'appendonly is on');
    else {
      findings.warn(
        'redis.persistence',
        'appendonly is off: a restart loses the counts of limits and metrics (owed mails are safe in PostgreSQL)',
        'Run CONFIG SET appendonly yes, and set it in redis.conf.',
      );
    }
    if ([this.info.get('aof_last_write_status'), this.info.get('rdb_last_bgsave_status')].includes('err')) {
      findings.fail(
        'redis.disk',
        'Redis could not write to its disk',
        'Check its log: the disk may be full, or permissions may be missing.',
      );
    }
  }
}

function olderThan(version: string, [major, minor]: readonly [number, number]): boolean {
  const [itsMajor = 0, itsMinor = 0] = version.split('.').map(Number);
  return itsMajor < major || (itsMajor === major && itsMinor < minor);
}
