import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { hashSync } from 'bcrypt';
import { cli, cliProcess, startCli, type CliResult, type RunningCli } from '../support/cli';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { TcpProxy } from '../support/proxy';
import { insertOwed } from '../support/registrations';
import { until } from '../support/until';

// Each test runs programs, several of them one after another.
jest.setTimeout(90_000);

/** A port on which only root can listen, and on which no program does. */
const UNREACHABLE = { DATABASE_HOST: '127.0.0.1', DATABASE_PORT: '1' };

describe('The command line', () => {
  it('shows the name that npm uses, and prints help with any configuration', async () => {
    const env = { PATH: process.env['PATH'], DATABASE_PORT: 'x' };
    const npm = ['run', '--silent', 'cli', '--', 'codes', 'purge', '--help'];
    const { stdout } = await promisify(execFile)('npm', npm, { env });
    expect(stdout).toContain('Usage: npm run cli -- codes purge');
  });

  it('exits with 2 for wrong usage', async () => {
    const args = ['codes', 'purge', '--older-than', '1'];
    const { status, stdout, stderr } = await cliProcess(args, UNREACHABLE);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('See: cli codes purge --help');
  });

  it('exits with 78 for a faulty configuration, and lists every fault', async () => {
    const env = { DATABASE_PORT: 'x', API_PORT: '0' };
    const { status, stdout, stderr } = await cliProcess(['mail', 'retry'], env);
    expect({ status, stdout }).toEqual({ status: 78, stdout: '' });
    expect(stderr).toContain('DATABASE_PORT: must be');
    expect(stderr).toContain('API_PORT: must be');
  });

  it('names the host and port that refuse it, and what to check', async () => {
    const { status, stdout, stderr } = await cliProcess(['db', 'migrate'], UNREACHABLE);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain('PostgreSQL at 127.0.0.1:1 refuses connections');
    expect(stderr).toContain('DATABASE_PORT');
    expect(stderr).not.toContain('    at ');
  });

  it('mentions DATABASE_SSL where the server closes the connection, because it may have no TLS', async () => {
    const database = await createDatabase({ empty: true });
    try {
      const secure = await cli(['users', 'list'], { ...database.env, DATABASE_SSL: 'require' });
      expect([secure.status, secure.stderr]).toEqual([1, expect.stringContaining('DATABASE_SSL=disable')]);
      const plain = await cli(['users', 'list'], { ...database.env, DATABASE_PORT: '1' });
      expect(plain.stderr).not.toContain('DATABASE_SSL');
    } finally {
      await database.drop();
    }
  });

  it('names a missing database or schema', async () => {
    const database = await createDatabase({ empty: true });
    try {
      const missing = await cli(['mail', 'owed'], { ...database.env, DATABASE_NAME: 'not_there' });
      expect([missing.status, missing.stderr]).toEqual([
        1,
        expect.stringContaining('database "not_there" does not exist'),
      ]);
      const empty = await cli(['mail', 'owed'], database.env);
      expect([empty.status, empty.stderr]).toEqual([1, expect.stringContaining('cli db migrate')]);
    } finally {
      await database.drop();
    }
  });
});

describe('A change of accounts whose connection is lost during the transaction', () => {
  const account = {
    email: 'marie@example.com',
    password_hash: hashSync('SecurePass123', 4),
    created_at: '2026-01-01T00:00:00Z',
    activated_at: '2026-01-01T00:00:00Z',
  };
  const reason = ['--reason', 'called'];
  let database: TestDatabase;
  let proxy: TcpProxy;

  beforeEach(async () => {
    database = await createDatabase();
    proxy = await TcpProxy.start(Number(database.env['DATABASE_PORT']));
    await insertOwed(database.sql, 'kevin@example.com');
  });
  afterEach(async () => {
    proxy.stop();
    await database.drop();
  });

  it.each([
    ['users activate', ['users', 'activate', 'kevin@example.com', ...reason], 'PostgreSQL ends it'],
    ['users resend', ['users', 'resend', 'kevin@example.com', ...reason], 'it is cut'],
    ['users erase', ['users', 'erase', 'kevin@example.com', '--yes', ...reason], 'PostgreSQL ends it'],
    ['users import', ['users', 'import', '-', ...reason], 'it is cut'],
  ])('ends %s with one sentence and without a change', async (_name, args, how) => {
    const env = { ...database.env, DATABASE_PORT: String(proxy.port) };
    let running: RunningCli | undefined;
    await database.sql.begin(async (other) => {
      await other`lock table users in share row exclusive mode`;
      await other`lock table audit in exclusive mode`;
      running = startCli(args, env, `${JSON.stringify(account)}\n`);
      const waiting = await until('it waits for the table', async () => {
        const rows = await database.sql<{ pid: number }[]>`
          select pid from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`;
        return rows[0];
      });
      if (how === 'it is cut') proxy.cut();
      else await database.sql`select pg_terminate_backend(${waiting.pid})`;
      await running.result;
    });
    const { status, stdout, stderr } = (await running?.result) as CliResult;
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^PostgreSQL at .* closed the connection\.\n.*\n$/);
    const rows = await database.sql`select email, activated_at from users`;
    expect(rows).toEqual([{ email: 'kevin@example.com', activated_at: null }]);
    expect(await database.sql`select from audit`).toHaveLength(0);
  });
});

describe('db', () => {
  it('migrates once when several start concurrently, lists applied migrations, and reverts them', async () => {
    const database = await createDatabase({ empty: true });
    const db = (command: string) => cli(['db', command, '--json'], database.env);
    try {
      const before = (await db('status')).json()['migrations'] as { name: string; applied: boolean }[];
      expect(before.length).toBeGreaterThan(0);
      expect(before.filter(({ applied }) => applied)).toEqual([]);

      const migrate = () => cliProcess(['db', 'migrate', '--json'], database.env);
      const starts = await Promise.all([migrate(), migrate()]);
      expect(starts.map(({ status }) => status)).toEqual([0, 0]);
      const names = before.map(({ name }) => name);
      expect(starts.flatMap((each) => each.json()['applied'])).toEqual(names);
      await database.sql`insert into schema_migrations (name) values ('9999_from_tomorrow.sql')`;
      const { stdout } = await cli(['db', 'status'], database.env);
      expect(stdout.trimEnd().split('\n')).toEqual([
        ...names.map((name) => `applied  ${name}`),
        'unknown  9999_from_tomorrow.sql',
      ]);
      await database.sql`delete from schema_migrations where name = '9999_from_tomorrow.sql'`;
      const unconfirmed = await db('rollback');
      expect([unconfirmed.status, unconfirmed.stdout]).toEqual([2, '']);
      expect(unconfirmed.stderr).toContain('--yes');
      const after = (await db('status')).json()['migrations'] as { applied: boolean }[];
      expect(after.every(({ applied }) => applied)).toBe(true);
      const reverted = (await cli(['db', 'rollback', '--yes', '--json'], database.env)).json();
      expect(reverted).toEqual({ rolled_back: [names.at(-1)], lost: expect.any(Array) });
    } finally {
      await database.drop();
    }
  });
});
