import { setTimeout as pause } from 'node:timers/promises';
import { spawnApp, type SpawnedApp } from '../support/apps';
import { TestInbox } from '../support/inbox';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { TcpProxy } from '../support/proxy';
import { Client } from '../support/service';
import { until } from '../support/until';

/** Maximum time until a mail is sent after the doorbell, in milliseconds; a sweep follows after a second or more. */
const DOORBELL_MS = 300;
/** Longer than a worker keeps trying to store what the database refuses, in milliseconds. */
const OUTAGE_MS = 7_000;

/** In one-node mode the queue is in PostgreSQL, too, so a fault of PostgreSQL affects both. */
describe('The worker in one-node mode', () => {
  let database: TestDatabase;
  let inbox: TestInbox;
  let proxy: TcpProxy;
  let api: SpawnedApp;
  let worker: SpawnedApp;

  beforeAll(async () => {
    [database, inbox] = await Promise.all([createDatabase(), TestInbox.start()]);
    proxy = await TcpProxy.start(database.environment.DATABASE_PORT);
    const env = { ...database.env, ...inbox.env, BCRYPT_COST: '4', ENABLE_RATE_LIMITING: 'false' };
    [api, worker] = await Promise.all([
      spawnApp('api', env),
      spawnApp('mailer-worker', { ...env, DATABASE_PORT: String(proxy.port) }),
    ]);
  }, 60_000);
  afterAll(async () => {
    proxy.thaw();
    await Promise.all([api.end(), worker.end()]);
    proxy.stop();
    await Promise.all([inbox.down(), database.drop()]);
  }, 60_000);

  const mailFor = async (name: string): Promise<void> => {
    await new Client(api.url).register(`${name}@example.com`, 'SecurePass123');
    await inbox.mailTo(`${name}@example.com`, 1, 20_000);
  };

  /** Registers a person whose mail the mail server has received, but accepts only after a second. */
  const unacceptedMailFor = async (name: string): Promise<void> => {
    inbox.acceptAfter(1_000);
    await mailFor(name);
  };

  it('sends a mail as soon as it is owed, without waiting for its next sweep', async () => {
    await mailFor('bob');
    const waits: number[] = [];
    for (let index = 0; index < 9; index += 1) {
      const address = `bell${index}@example.com`;
      const asked = performance.now();
      await new Client(api.url).register(address, 'SecurePass123');
      const owed = performance.now();
      await inbox.mailTo(address);
      // A sign-up takes almost no time on an idle machine; here it shows how busy this one is.
      waits.push(performance.now() - owed - (owed - asked));
    }
    expect(waits.toSorted((one, other) => one - other)[4]).toBeLessThan(DOORBELL_MS);
  });

  it('continues when all of its connections are lost silently', async () => {
    await mailFor('kevin');
    proxy.freeze();
    proxy.abandon();
    await mailFor('stuart');
  });

  it('stores after an outage of PostgreSQL which mails it has sent, and sends them only once', async () => {
    const { sql } = database;
    await unacceptedMailFor('dave');
    proxy.cut();
    proxy.refuse();
    inbox.acceptAfter(0);
    await pause(OUTAGE_MS);
    await proxy.open();
    await until('it is stored as sent', async () => {
      return (await sql`select from users where mail_due_at is not null`).length === 0;
    });
    await mailFor('otto');
    expect(inbox.mailsTo('dave@example.com')).toHaveLength(1);
  }, 40_000);

  it('shuts down gracefully while PostgreSQL is frozen and has not stored that a mail was sent', async () => {
    await unacceptedMailFor('jerry');
    proxy.freeze();
    expect(await worker.stop()).toBe(0);
  });
});
