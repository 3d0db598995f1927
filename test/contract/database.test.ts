import { inTime, parseEnvironment, type Sql } from '@app/runtime';
import { createSql } from '@app/runtime/testing';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { TcpProxy } from '../support/proxy';
import { until } from '../support/until';

/** Promised times for a response and for the recovery. */
const ANSWER_MS = 2_000;
const RECOVERY_MS = 5_000;

let database: TestDatabase;
let proxy: TcpProxy;
let sql: Sql;
const unhandled = jest.fn();

beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

beforeEach(async () => {
  process.on('unhandledRejection', unhandled);
  proxy = await TcpProxy.start(Number(database.env['DATABASE_PORT']));
  sql = createSql(
    parseEnvironment({ ...database.env, DATABASE_PORT: String(proxy.port), DATABASE_POOL_SIZE: '3' }),
  );
  await Promise.all(Array.from({ length: 3 }, () => inTime(sql`select pg_sleep(0.01)`)));
});
afterEach(async () => {
  proxy.stop();
  await sql.end({ timeout: 0 });
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

const ask = (): Promise<unknown> => inTime(sql`select 1`);

/** Sends many queries concurrently; each must fail in time with an unavailable database. */
async function expectUnavailable(): Promise<void> {
  const started = performance.now();
  const tries = await Promise.allSettled(Array.from({ length: 20 }, ask));
  expect(performance.now() - started).toBeLessThan(ANSWER_MS);
  for (const each of tries) {
    expect(each).toMatchObject({
      status: 'rejected',
      reason: { name: 'Unavailable', dependency: 'database' },
    });
  }
}

const expectRecovery = (): Promise<unknown> =>
  until(
    'the database answers',
    () =>
      ask().then(
        () => true,
        () => false,
      ),
    RECOVERY_MS,
  );

describe('inTime', () => {
  it('returns the rows', async () => {
    expect([...(await inTime(sql`select 1 as one`))]).toEqual([{ one: 1 }]);
  });

  it('answers in time while PostgreSQL is frozen, and recovers', async () => {
    proxy.freeze();
    await expectUnavailable();
    proxy.thaw();
    await expectRecovery();
  });

  it('answers in time while PostgreSQL is frozen and refuses new connections', async () => {
    proxy.freeze();
    proxy.refuse();
    await expectUnavailable();
    await proxy.open();
    proxy.thaw();
    await expectRecovery();
  });

  it('answers in time while PostgreSQL is down, and recovers', async () => {
    proxy.refuse();
    proxy.cut();
    await expectUnavailable();
    await proxy.open();
    await expectRecovery();
  });

  it('answers in time when its connections are cut during a query', async () => {
    const asked = Array.from({ length: 3 }, () => inTime(sql`select pg_sleep(1)`));
    const tries = Promise.allSettled(asked);
    await until('the queries run', async () => (await sleepingQueries()) === 3);
    proxy.cut();
    for (const each of await tries) {
      expect(each).toMatchObject({ status: 'rejected', reason: { dependency: 'database' } });
    }
    await expectRecovery();
  });

  it('rethrows an error of the query itself', async () => {
    await expect(inTime(sql`select nothing from nowhere`)).rejects.toMatchObject({ code: '42P01' });
    await expect(inTime(sql`select 1/0`)).rejects.toMatchObject({ code: '22012' });
  });

  it('treats a read-only database as unavailable', async () => {
    const reading = sql.begin(async (transaction) => {
      await transaction`set transaction read only`;
      await inTime(transaction`create table never (n integer)`);
    });
    await expect(reading).rejects.toMatchObject({ name: 'Unavailable', reason: '25006' });
  });
});

async function sleepingQueries(): Promise<number> {
  const [row] = await database.sql<{ count: number }[]>`
    select count(*)::int as count from pg_stat_activity
    where datname = current_database() and state = 'active' and query like 'select pg_sleep%'`;
  return row?.count ?? 0;
}
