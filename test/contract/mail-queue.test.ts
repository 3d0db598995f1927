import { Test, type TestingModule } from '@nestjs/testing';
import { getQueueToken } from '@nestjs/bullmq';
import { Worker, type Queue, type WorkerOptions } from 'bullmq';
import { MAIL_QUEUE_NAME, MailModule, MailQueue, migrateQueueTables } from '@app/mail';
import { describeMailQueueContract, type QueueStage } from '@app/mail/testing';
import { parseEnvironment, RuntimeModule } from '@app/runtime';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { TcpProxy } from '../support/proxy';
import { TestRedis } from '../support/redis';
import { until } from '../support/until';

const opened: TestingModule[] = [];

/** The queue as the apps have it, chosen by the environment. */
async function open(env: NodeJS.ProcessEnv): Promise<QueueStage & { bull: Queue }> {
  const environment = parseEnvironment({ LOG_LEVEL: 'silent', ...env });
  const module = await Test.createTestingModule({
    imports: [RuntimeModule.forRoot('test', environment), MailModule.forApp(environment)],
  }).compile();
  opened.push(module);
  const bull = module.get<Queue>(getQueueToken(MAIL_QUEUE_NAME));
  return {
    queue: module.get<MailQueue>(MailQueue),
    bull,
    work: async (job) => {
      const worker = new Worker<unknown>(MAIL_QUEUE_NAME, ({ data }) => job(data), {
        ...(bull.opts as WorkerOptions),
        concurrency: 1,
      });
      worker.on('error', () => {});
      await worker.waitUntilReady();
      return () => worker.close();
    },
  };
}

afterEach(async () => {
  for (const module of opened.splice(0)) await module.close();
});

const quick = async (promise: Promise<unknown>, limitMs: number): Promise<void> => {
  const started = performance.now();
  await expect(promise).rejects.toMatchObject({ name: 'Unavailable', dependency: 'queue' });
  expect(performance.now() - started).toBeLessThan(limitMs);
};

describe('on Redis', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await TestRedis.start();
  });
  afterAll(() => redis.stop());

  const openEmpty = async () => {
    const client = redis.connect();
    await client.flushall();
    client.disconnect();
    return await open(redis.env);
  };

  describeMailQueueContract('BullMQ on Redis', openEmpty);

  it('keeps nothing in Redis but ids and its own book-keeping', async () => {
    const { queue } = await openEmpty();
    const id = '0c0ffee0-0000-4000-8000-000000000000';
    await queue.announce([id]);
    const client = redis.connect();
    const keys = await client.keys('*');
    expect(keys.every((key) => key.startsWith('user-registration:{mail}:mail'))).toBe(true);
    expect(await client.hget(`user-registration:{mail}:mail:${id}`, 'data')).toBe(JSON.stringify({ id }));
    expect(await client.hget(`user-registration:{mail}:mail:${id}`, 'name')).toBe('send');
    client.disconnect();
  });

  it('answers quickly while Redis is frozen, then at once, and recovers', async () => {
    const { queue } = await openEmpty();
    await queue.announce(['first']);
    redis.pause();
    try {
      await quick(queue.announce(['second']), 400);
      // The rest: nobody waits for what did not answer a moment ago.
      await quick(queue.announce(['third']), 50);
      await quick(queue.depth(), 50);
    } finally {
      redis.resume();
    }
    await until(
      'the queue takes mails',
      () =>
        queue.announce(['fourth']).then(
          () => true,
          () => false,
        ),
      5_000,
    );
    expect(await queue.depth()).toBeGreaterThanOrEqual(2);
  });

  it('answers quickly while Redis is gone, and recovers with an empty one', async () => {
    const { queue } = await openEmpty();
    await queue.announce(['first']);
    await redis.stop();
    await quick(queue.announce(['second']), 400);
    await redis.restart();
    await until(
      'the queue takes mails',
      () =>
        queue.announce(['third']).then(
          () => true,
          () => false,
        ),
      5_000,
    );
  });
});

describe('on PostgreSQL', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase();
    await migrateQueueTables(database.environment);
  });
  afterAll(() => database.drop());

  const openEmpty = async () => {
    const stage = await open(database.env);
    await stage.bull.obliterate({ force: true });
    return stage;
  };

  describeMailQueueContract('BullMQ on PostgreSQL', openEmpty);

  it('keeps nothing of a mail in its tables but the id', async () => {
    const { queue } = await openEmpty();
    const id = '0c0ffee0-0000-4000-8000-000000000000';
    await queue.announce([id]);
    const tables = await database.sql<{ name: string }[]>`
      select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema')`;
    const dumps = await Promise.all(
      tables.map(({ name }) => database.sql.unsafe(`select whole::text as row from ${name} as whole`)),
    );
    const rows = dumps.flat().map(({ row }) => String(row));
    const mentioning = rows.filter((row) => row.includes(id));
    expect(mentioning.length).toBeGreaterThan(0);
    expect(mentioning.join()).toContain(`{""id"": ""${id}""}`);
    expect(rows.join()).not.toContain('@');
  });

  it('answers in time while PostgreSQL is frozen, then at once, and recovers', async () => {
    const proxy = await TcpProxy.start(Number(database.env['DATABASE_PORT']));
    const { queue } = await open({ ...database.env, DATABASE_PORT: String(proxy.port) });
    try {
      await queue.announce(['first']);
      proxy.freeze();
      await quick(queue.announce(['second']), 2_000);
      await quick(queue.announce(['third']), 50);
      proxy.thaw();
      await until(
        'the queue takes mails',
        () =>
          queue.announce(['fourth']).then(
            () => true,
            () => false,
          ),
        5_000,
      );
      proxy.refuse();
      proxy.cut();
      await quick(queue.announce(['fifth']), 2_000);
      await proxy.open();
      await until(
        'the queue takes mails',
        () =>
          queue.announce(['sixth']).then(
            () => true,
            () => false,
          ),
        5_000,
      );
    } finally {
      await opened.pop()?.close();
      proxy.stop();
    }
  });
});
