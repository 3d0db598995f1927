import { Migrations, migrationsFolder } from '@app/runtime';
import { spawnApp, type SpawnedApp } from '../support/apps';
import { cli } from '../support/cli';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { TestRedis } from '../support/redis';
import { basic, Client } from '../support/service';
import { until } from '../support/until';

/** Promised times for a response and for the recovery. */
const ANSWER_MS = 2_000;
const RECOVERY_MS = 5_000;
const PASSWORD = 'a password of the test';

interface HalfReady {
  /** Changes to the database variables. */
  readonly env: NodeJS.ProcessEnv;
  /** The text that the log must contain. */
  readonly reason: RegExp;
  /** Null: a different server is needed. */
  readonly cure: (() => Promise<unknown>) | null;
  /** Requests that only read are answered. */
  readonly readable?: boolean;
}

/** A separate role, named like the database. */
async function createRole({ sql, env }: TestDatabase, options = ''): Promise<string> {
  const role = `role_${env['DATABASE_NAME']}`;
  await sql.unsafe(`create role ${role} login password '${PASSWORD}' ${options}`);
  return role;
}

const STATES: Record<string, (database: TestDatabase) => Promise<HalfReady>> = {
  'the database has no schema': async ({ sql, env }) => {
    await sql`drop schema public cascade`;
    await sql`create schema public`;
    return { env: {}, reason: /db migrate/, cure: () => cli(['db', 'migrate'], env) };
  },
  'migrations are pending': async ({ sql, env }) => {
    const migrations = new Migrations(sql, migrationsFolder());
    const { length } = await migrations.status();
    for (let newest = length; newest > 1; newest -= 1) await migrations.down();
    return { env: {}, reason: /db migrate/, cure: () => cli(['db', 'migrate'], env) };
  },
  'the password is wrong': async (database) => {
    const role = await createRole(database, 'superuser');
    return {
      env: { DATABASE_USER: role, DATABASE_PASSWORD: 'rotated' },
      reason: /28P01/,
      cure: () => database.sql.unsafe(`alter role ${role} password 'rotated'`),
    };
  },
  'there is no such database': async ({ sql, env }) => {
    const name = `later_${env['DATABASE_NAME']}`;
    return {
      env: { DATABASE_NAME: name },
      reason: /3D000/,
      cure: async () => {
        await sql.unsafe(`create database ${name}`);
        await cli(['db', 'migrate'], { ...env, DATABASE_NAME: name });
      },
    };
  },
  'the role has no rights': async (database) => {
    const role = await createRole(database);
    return {
      env: { DATABASE_USER: role, DATABASE_PASSWORD: PASSWORD },
      reason: /42501|rights|permission denied/,
      cure: async () => {
        await database.sql.unsafe(
          `grant select, insert, update, delete on all tables in schema public to ${role}`,
        );
        await database.sql.unsafe(`grant usage, select on all sequences in schema public to ${role}`);
      },
    };
  },
  'the database accepts no writes': async ({ sql, env }) => {
    const name = env['DATABASE_NAME'];
    await sql.unsafe(`alter database ${name} set default_transaction_read_only = on`);
    return {
      env: {},
      reason: /accepts no writes/,
      cure: () => sql.unsafe(`alter database ${name} reset default_transaction_read_only`),
      readable: true,
    };
  },
  'the server has no TLS and we ask for it': async () => ({
    env: { DATABASE_SSL: 'require' },
    reason: /TLS|ECONN|CONNECT/,
    cure: null,
  }),
};

describe.each(Object.entries(STATES))('While %s', (_, arrange) => {
  let database: TestDatabase;
  let redis: TestRedis;
  let state: HalfReady;
  let api: SpawnedApp;
  let worker: SpawnedApp;
  let client: Client;

  beforeAll(async () => {
    [database, redis] = await Promise.all([createDatabase(), TestRedis.start()]);
    state = await arrange(database);
    const env = {
      ...database.env,
      ...redis.env,
      BCRYPT_COST: '4',
      ENABLE_RATE_LIMITING: 'false',
      ...state.env,
    };
    [api, worker] = await Promise.all([
      spawnApp('api', env, '/livez'),
      spawnApp('mailer-worker', env, '/livez'),
    ]);
    client = new Client(api.url);
  }, 60_000);
  afterAll(async () => {
    await Promise.all([api.end(), worker.end()]);
    await Promise.all([database.drop(), redis.stop()]);
  }, 60_000);

  const ready = (app: SpawnedApp): Promise<number> => fetch(`${app.url}/readyz`).then(({ status }) => status);

  it('the service is not ready, and answers 503 with Retry-After in time', async () => {
    await until('neither is ready', async () => (await ready(api)) === 503 && (await ready(worker)) === 503);
    expect(await client.get('/api/v1/health')).toMatchObject({ status: 503, body: { status: 'unhealthy' } });
    const credentials = basic('kevin@example.com', 'SecurePass123');
    const writing = () => client.register('kevin@example.com', 'SecurePass123');
    const reading = () => client.post('/api/v1/users/activation-codes', undefined, credentials);
    for (const ask of state.readable === true ? [writing] : [writing, reading]) {
      const started = performance.now();
      const answer = await ask();
      expect([answer.status, answer.body['error']]).toEqual([503, 'ServiceUnavailable']);
      expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0);
      expect(performance.now() - started).toBeLessThan(ANSWER_MS);
    }
  });

  it('the reason is in the log of both', async () => {
    for (const app of [api, worker]) {
      const named = (line: string): boolean =>
        line.startsWith('{') && /"level":"(warn|error)"/.test(line) && state.reason.test(line);
      await until('a line with the reason', async () => app.lines.some(named));
    }
  });

  it('probes are answered, and the service works within five seconds once it is fixed', async () => {
    expect(await fetch(`${worker.url}/livez`).then(({ status }) => status)).toBe(200);
    if (state.cure === null) return;
    await state.cure();
    await until(
      'both are ready',
      async () => (await ready(api)) === 200 && (await ready(worker)) === 200,
      RECOVERY_MS,
    );
    if (state.env['DATABASE_NAME'] === undefined) {
      const beats = () => database.sql`select from worker_heartbeats`;
      await until('the worker beats', async () => (await beats()).count === 1);
    }
    expect((await client.register('stuart@example.com', 'SecurePass123')).status).toBe(201);
  }, 60_000);
});

describe('A schema that is newer than the program', () => {
  it('is accepted', async () => {
    const database = await createDatabase();
    await database.sql`insert into schema_migrations (name) values ('9999_of_a_later_version.sql')`;
    const api = await spawnApp('api', database.env);
    expect(await fetch(`${api.url}/readyz`).then(({ status }) => status)).toBe(200);
    await api.end();
    await database.drop();
  });
});
