import { spawnApp, type SpawnedApp } from '../support/apps';
import { TestInbox } from '../support/inbox';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { TcpProxy } from '../support/proxy';
import { Client } from '../support/service';

/** In one-node mode the queue is in PostgreSQL, too: what happens to PostgreSQL happens to both. */
describe('The worker in one-node mode', () => {
  let database: TestDatabase;
  let inbox: TestInbox;
  let proxy: TcpProxy;
  let api: SpawnedApp;
  let worker: SpawnedApp;

  beforeAll(async () => {
    [database, inbox] = await Promise.all([createDatabase(), TestInbox.start()]);
    proxy = await TcpProxy.start(database.environment.DATABASE_PORT);
    const env = { ...database.env, ...inbox.env, BCRYPT_COST: '4' };
    [api, worker] = await Promise.all([
      spawnApp('api', env),
      spawnApp('mailer-worker', { ...env, DATABASE_PORT: String(proxy.port) }),
    ]);
  }, 60_000);
  afterAll(async () => {
    proxy.thaw();
    await Promise.all([api.stop(), worker.stop()]);
    proxy.stop();
    await Promise.all([inbox.down(), database.drop()]);
  }, 60_000);

  const mailFor = async (name: string): Promise<void> => {
    await new Client(api.url).register(`${name}@example.com`, 'SecurePass123');
    await inbox.mailTo(`${name}@example.com`, 1, 20_000);
  };

  it('continues when all of its connections are lost in silence', async () => {
    await mailFor('kevin');
    proxy.freeze();
    proxy.abandon();
    await mailFor('stuart');
  });

  it('ends in order while PostgreSQL is frozen', async () => {
    proxy.freeze();
    expect(await worker.stop()).toBe(0);
  });
});
