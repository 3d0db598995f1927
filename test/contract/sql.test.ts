import { once } from 'node:events';
import net, { connect, createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { inTime, inTransaction, parseEnvironment, Unavailable } from '@app/runtime';
import { createSql, requireReadiness } from '@app/runtime/testing';
import { freePort } from '../../tools/processes/ports';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { TcpProxy } from '../support/proxy';
import { until } from '../support/until';

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

  it('gives each query its own answer after others have timed out on a frozen server', async () => {
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

  it('serves every query over its open connections while PostgreSQL allows no further ones', async () => {
    const role = `limited_${database.env['DATABASE_NAME']}`;
    await database.sql.unsafe(`create role ${role} login connection limit 2 password 'of the test'`);
    const env = { ...database.env, DATABASE_USER: role, DATABASE_PASSWORD: 'of the test' };
    const sql = createSql(parseEnvironment(env));
    try {
      await inTime(sql`select 1`);
      const answers = await Promise.allSettled(numbers.map((number) => inTime(sql`select ${number}::int`)));
      expect(answers.filter(({ status }) => status === 'rejected')).toEqual([]);
    } finally {
      await sql.end({ timeout: 1 });
      await database.sql.unsafe(`drop role ${role}`);
    }
  });

  it('drops a connection to a server that no longer accepts writes', async () => {
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

  it('replaces such a connection when it checks readiness', async () => {
    const sql = createSql(parseEnvironment({ ...database.env, DATABASE_POOL_SIZE: '1' }));
    try {
      await sql`set default_transaction_read_only = on`;
      await requireReadiness(sql, []);
      await inTime(sql`create temporary table written ()`);
    } finally {
      await sql.end({ timeout: 1 });
    }
  });

  it('works again in time after a connection is lost with a query that is not sent yet', async () => {
    const connecting = jest.spyOn(net, 'connect');
    const sql = createSql(parseEnvironment({ ...database.env, DATABASE_POOL_SIZE: '1' }), () => {}, 3_500);
    try {
      await inTime(sql`select 1`);
      const socket = connecting.mock.results[0]?.value as Socket;
      // The query is written in the same phase of the event loop, and the socket closes in the next one.
      await new Promise(setImmediate);
      socket.destroy();
      await expect(inTime(sql`select 1`)).rejects.toBeInstanceOf(Unavailable);
      expect(await inTime(sql`select 1 as one`)).toEqual([{ one: 1 }]);
    } finally {
      connecting.mockRestore();
      await sql.end({ timeout: 1 });
    }
  });

  it('replaces connections that fall silent with a query right after an answer', async () => {
    const env = { ...database.env, DATABASE_PORT: String(proxy.port), DATABASE_POOL_SIZE: '2' };
    const sql = createSql(parseEnvironment(env), () => {}, 1_000);
    let statements = 0;
    // Each is a new statement, which a connection sends alone.
    const ask = () => inTime(sql.unsafe(`select $1::int as number, ${(statements += 1)} as other`, [1]));
    try {
      const end = performance.now() + 700;
      const traffic = async (): Promise<void> => {
        while (performance.now() < end) await ask();
      };
      await Promise.all([traffic(), traffic()]);
      const lost = [ask(), ask()].map((query) => expect(query).rejects.toBeInstanceOf(Unavailable));
      proxy.freeze();
      proxy.abandon();
      await until('it works again', () => ask().catch(() => undefined), 5_000);
      await Promise.all(lost);
    } finally {
      proxy.cut();
      await sql.end({ timeout: 1 });
    }
  });

  it('leaves no statement on the server that waits for a lock longer than its caller', async () => {
    const sql = createSql(parseEnvironment(database.env), () => {}, 1_000);
    const waiting = () => database.sql`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    try {
      await database.sql.begin(async (operator) => {
        await operator`lock table users in access exclusive mode`;
        const lost = [1, 2, 3].map(() => inTime(sql`select from users`));
        await until('they wait for the lock', async () => (await waiting()).length === 3);
        for (const query of lost) await expect(query).rejects.toBeInstanceOf(Unavailable);
        expect(await waiting()).toHaveLength(0);
        expect(await inTime(sql`select 1 as one`)).toEqual([{ one: 1 }]);
      });
    } finally {
      await sql.end({ timeout: 1 });
    }
  });

  it('contacts a server that closes every connection with pauses, and recovers in time', async () => {
    let accepted = 0;
    let closing = true;
    const balancer = createServer((socket) => {
      accepted += 1;
      socket.on('error', () => {});
      if (closing) socket.once('data', () => socket.destroy());
      else pipeline(socket, connect(database.environment.DATABASE_PORT, '127.0.0.1'), socket, () => {});
    });
    const port = await freePort();
    await once(balancer.listen(port, '127.0.0.1'), 'listening');
    const sql = createSql(
      parseEnvironment({ ...database.env, DATABASE_PORT: String(port) }),
      () => {},
      3_500,
    );
    try {
      const waiting = Array.from({ length: 10 }, () => inTime(sql`select 1`));
      for (const query of waiting) await expect(query).rejects.toBeInstanceOf(Unavailable);
      expect(accepted).toBeLessThan(100);
      closing = false;
      await until('it works again', () => inTime(sql`select 1`).catch(() => undefined), 5_000);
    } finally {
      await sql.end({ timeout: 1 });
      balancer.close();
    }
  });

  it('answers the next query after PostgreSQL has closed another connection', async () => {
    const sql = createSql(parseEnvironment({ ...database.env, DATABASE_POOL_SIZE: '1' }));
    try {
      for (let round = 0; round < 3; round += 1) {
        const cut = expect(inTime(sql`select pg_sleep(5)`)).rejects.toBeInstanceOf(Unavailable);
        const ended = await until('it runs, and PostgreSQL ends it', async () => {
          const rows = await database.sql`
            select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and state = 'active' and query like 'select pg_sleep(5)%'`;
          return rows.length > 0;
        });
        expect(ended).toBe(true);
        await cut;
        expect(await inTime(sql`select ${round}::int as number`)).toEqual([{ number: round }]);
      }
    } finally {
      await sql.end({ timeout: 1 });
    }
  });

  it.each([
    ['true', 1],
    ['false', 0],
  ])('prepares statements or not: DATABASE_PREPARE=%s', async (prepare, count) => {
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

describe('A transaction', () => {
  it('is ended by the server if the program freezes in it, whatever the session’s own limit is', async () => {
    const database = await createDatabase();
    const limits = await inTransaction(
      database.sql,
      (sql) => sql<{ limit: string }[]>`
      select current_setting('idle_in_transaction_session_timeout') as limit`,
    );
    expect(limits).toEqual([{ limit: '30s' }]);
    const [after] =
      await database.sql`select current_setting('idle_in_transaction_session_timeout') as limit`;
    expect(after).toEqual({ limit: '0' });
    await database.drop();
  });
});
