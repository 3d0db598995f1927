import { spawnApp, type SpawnedApp } from '../support/apps';
import { TestInbox } from '../support/inbox';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { TcpProxy } from '../support/proxy';
import { TestRedis } from '../support/redis';
import { Client } from '../support/service';
import { until } from '../support/until';

const ALL_HEALTHY = { database: 'healthy', redis: 'healthy', mail: 'healthy' };

describe('Health', () => {
  let database: TestDatabase;
  let toDatabase: TcpProxy;
  let redis: TestRedis;
  let inbox: TestInbox;
  let api: SpawnedApp;
  let worker: SpawnedApp;
  let client: Client;

  beforeAll(async () => {
    [database, redis, inbox] = await Promise.all([createDatabase(), TestRedis.start(), TestInbox.start()]);
    toDatabase = await TcpProxy.start(Number(database.env['DATABASE_PORT']));
    api = await spawnApp('api', {
      ...database.env,
      DATABASE_PORT: String(toDatabase.port),
      ...redis.env,
      ...inbox.env,
    });
    worker = await spawnApp('mailer-worker', { ...database.env, ...redis.env, ...inbox.env });
    client = new Client(api.url);
  });
  afterAll(async () => {
    await Promise.all([api.end(), worker.end()]);
    toDatabase.stop();
    await Promise.all([inbox.down(), redis.stop(), database.drop()]);
  });

  /**
   * Waits until the response is exactly this. Resolves to the responses of the probes, which never contain a reason.
   */
  const becomes = async (status: number, body: object): Promise<number[]> => {
    const expected = JSON.stringify(body);
    await until(expected, async () => {
      const answer = await client.get('/api/v1/health');
      return answer.status === status && JSON.stringify(answer.body) === expected;
    });
    const probes = await Promise.all([client.get('/livez'), client.get('/readyz')]);
    expect(JSON.stringify(probes.map((probe) => probe.body))).not.toMatch(/message|ECONN|127\.0\.0\.1/);
    return probes.map((probe) => probe.status);
  };
  const health = (status: string, checks: object): object => ({ status, version: '1.0.0', checks });

  it('is degraded if the worker cannot reach the mail server, and requests are served', async () => {
    expect(await becomes(200, health('healthy', ALL_HEALTHY))).toEqual([200, 200]);
    await inbox.down();
    expect((await client.register('kevin@example.com', 'SecurePass123')).status).toBe(201);
    expect(await becomes(200, health('degraded', { ...ALL_HEALTHY, mail: 'unhealthy' }))).toEqual([200, 200]);
    await inbox.up();
    expect(await becomes(200, health('healthy', ALL_HEALTHY))).toEqual([200, 200]);
  });

  it('is degraded without Redis, and mails are still sent', async () => {
    await redis.stop();
    const checks = { ...ALL_HEALTHY, redis: 'unhealthy' };
    expect(await becomes(200, health('degraded', checks))).toEqual([200, 200]);
    await redis.restart();
    expect(await becomes(200, health('healthy', ALL_HEALTHY))).toEqual([200, 200]);
  });

  it('is unhealthy while the database does not respond, without waiting for it or revealing the reason', async () => {
    toDatabase.freeze();
    expect(await becomes(503, health('unhealthy', { ...ALL_HEALTHY, database: 'unhealthy' }))).toEqual([
      200, 503,
    ]);
    toDatabase.thaw();
    expect(await becomes(200, health('healthy', ALL_HEALTHY))).toEqual([200, 200]);
  });
});
