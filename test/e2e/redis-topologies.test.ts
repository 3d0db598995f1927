import { HASH_TAGS } from '@app/runtime';
import { codeIn, TestInbox } from '../support/inbox';
import { spawnApp, type SpawnedApp } from '../support/apps';
import { cli } from '../support/cli';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { TestRedisCluster, TestRedisSentinels } from '../support/redis-topologies';
import { Client } from '../support/service';
import { until } from '../support/until';

const PASSWORD = 'SecurePass123';
/** Errors of Redis for a missing script or moved keys that the client did not handle. */
const COMPLAINT = /NOSCRIPT|CROSSSLOT|MOVED|Too many Cluster redirections/;

describe.each([
  ['a cluster of three', () => TestRedisCluster.start()],
  ['a primary that sentinels name', () => TestRedisSentinels.start()],
])('Redis is %s', (_what, start) => {
  let redis: TestRedisCluster | TestRedisSentinels;
  let database: TestDatabase;
  let inbox: TestInbox;
  let env: NodeJS.ProcessEnv;
  let api: SpawnedApp;
  let worker: SpawnedApp;

  beforeAll(async () => {
    [redis, database, inbox] = await Promise.all([start(), createDatabase(), TestInbox.start()]);
    // A low BCRYPT_COST would cause a warning.
    env = { ...database.env, ...inbox.env, ...redis.env, BCRYPT_COST: '10', LOG_LEVEL: 'debug' };
    [api, worker] = await Promise.all([spawnApp('api', env), spawnApp('mailer-worker', env)]);
  }, 60_000);
  afterAll(async () => {
    await Promise.all([api.stop(), worker.stop()]);
    await Promise.all([redis.stop(), inbox.down(), database.drop()]);
  }, 60_000);

  it('stores limits, queue and metrics', async () => {
    const client = new Client(api.url);
    await until('the api has reached Redis', async () => {
      const { checks } = (await client.get('/api/v1/health')).body as { checks: { redis: string } };
      return checks.redis === 'healthy';
    });
    const answer = await client.register('kevin@example.com', PASSWORD);
    expect([answer.status, answer.headers.get('x-ratelimit-remaining')]).toEqual([201, '4']);
    const mail = await inbox.mailTo('kevin@example.com');
    expect((await client.activate('kevin@example.com', PASSWORD, codeIn(mail))).status).toBe(200);

    const keys = async (tag: string) =>
      (await redis.tell(await redis.holderOf(tag), 'keys', `*${tag}:*`)) as string[];
    const mark = 'user-registration:{limits}:deployment';
    const limits = await keys(HASH_TAGS.limits);
    expect(limits).toContain(mark);
    // Those of the client and of all clients, for both routes; the registration; the activation. The limits for wrong
    // passwords were refunded after the right one.
    expect(limits.filter((key) => key !== mark && !key.endsWith(':probe'))).toHaveLength(2 + 2 + 1 + 1);
    expect(await keys(HASH_TAGS.doorbell)).toContain('user-registration:{doorbell}:owed-work:meta');
    await until('metrics are flushed', async () => {
      const { body } = await client.get('/api/v1/metrics');
      return (body['business_metrics'] as Record<string, number>)['activations'] === 1;
    });
    expect(await keys(HASH_TAGS.metrics)).toContain('user-registration:{metrics}:totals');
    expect((await client.get('/api/v1/health')).body['checks']).toMatchObject({ redis: 'healthy' });
  });

  it('is checked by the doctor', async () => {
    const result = await cli(['doctor', '--json'], env);
    const findings = result.json()['findings'] as { about: string; verdict: string }[];
    const about = findings.filter((finding) => finding.about.startsWith('Redis'));
    expect(about.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
    // The whole, and each primary of a cluster.
    const things = redis instanceof TestRedisCluster ? 4 : 1;
    expect(new Set(about.map((finding) => finding.about)).size).toBe(things);
  });

  it('causes no warning, and both apps shut down in time', async () => {
    expect(await Promise.all([api.stop(), worker.stop()])).toEqual([0, 0]);
    const lines = [...api.lines, ...worker.lines];
    expect(lines.filter((line) => COMPLAINT.test(line))).toEqual([]);
    // On a busy machine a start can outlast the 200 ms for Redis, which is not the fault of the topology.
    const warnings = lines.filter((line) => line.includes('"level":"warn"'));
    expect(warnings.filter((line) => !line.includes('no answer in time'))).toEqual([]);
  });
});
