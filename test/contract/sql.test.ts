import { inTime, parseEnvironment, Unavailable } from '@app/runtime';
import { createSql } from '@app/runtime/testing';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { TcpProxy } from '../support/proxy';

const numbers = Array.from({ length: 20 }, (_, index) => index);

describe('The pool of PostgreSQL', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;

  beforeAll(async () => {
    database = await createDatabase();
    proxy = await TcpProxy.start(database.environment.DATABASE_PORT);
  });
  afterAll(async () => {
    proxy.stop();
    await database.drop();
  });

  it('gives each question its own answer after others have timed out on a frozen server', async () => {
    const env = { ...database.env, DATABASE_PORT: String(proxy.port), DATABASE_POOL_SIZE: '2' };
    const sql = createSql(parseEnvironment(env));
    const ask = (number: number, timeoutMs: number): Promise<number | undefined> =>
      inTime(sql<{ number: number }[]>`select ${number}::int as number`, timeoutMs).then(
        ([row]) => row?.number,
      );
    try {
      expect(await Promise.all(numbers.map((number) => ask(number, 5_000)))).toEqual(numbers);

      proxy.freeze();
      const late = numbers.map((number) => ask(1_000 + number, 200));
      for (const question of late) await expect(question).rejects.toBeInstanceOf(Unavailable);
      const waiting = numbers.map((number) => ask(number, 10_000));
      proxy.thaw();
      expect(await Promise.all(waiting)).toEqual(numbers);
    } finally {
      await sql.end({ timeout: 1 });
    }
  });

  it('lets go of a connection to a server that takes no writes any more', async () => {
    const sql = createSql(parseEnvironment({ ...database.env, DATABASE_POOL_SIZE: '1' }));
    const session = async () => (await inTime(sql<[{ pid: number }]>`select pg_backend_pid() as pid`))[0].pid;
    try {
      // As after a fail-over, for clients that stay connected to the former primary.
      await sql`set default_transaction_read_only = on`;
      const old = await session();
      await expect(inTime(sql`create table written ()`)).rejects.toBeInstanceOf(Unavailable);
      await inTime(sql`create table written ()`);
      expect(await session()).not.toBe(old);
    } finally {
      await sql.end({ timeout: 1 });
    }
  });

  it.each([
    ['true', 1],
    ['false', 0],
  ])('prepares statements, or leaves it: DATABASE_PREPARE=%s', async (prepare, count) => {
    const env = { ...database.env, DATABASE_POOL_SIZE: '1', DATABASE_PREPARE: prepare };
    const sql = createSql(parseEnvironment(env));
    try {
      expect(await inTime(sql`select ${'kevin'}::text as name`)).toEqual([{ name: 'kevin' }]);
      const prepared = await sql.unsafe(`select from pg_prepared_statements where statement like '%as name'`);
      expect(prepared).toHaveLength(count);
    } finally {
      await sql.end({ timeout: 1 });
    }
  });
});
