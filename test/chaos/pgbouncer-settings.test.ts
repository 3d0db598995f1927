import { hashSync } from 'bcrypt';
import { inTime, parseEnvironment } from '@app/runtime';
import { createSql, requireReadiness } from '@app/runtime/testing';
import { cli } from '../support/cli';
import { HOSTILE_SETTINGS, USABLE_SESSION, useSession } from '../support/hostile-settings';
import { PgBouncer } from './pgbouncer';
import { PrivatePostgres } from './private-postgres';

describe('A session through PgBouncer that refuses most startup parameters', () => {
  let postgres: PrivatePostgres;
  let bouncer: PgBouncer;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    postgres = await PrivatePostgres.start();
  }, 60_000);
  beforeEach(async () => {
    const name = `settings_${Math.random().toString(36).slice(2)}`;
    await postgres.createDatabase(name);
    await postgres.migrate(name);
    bouncer = await PgBouncer.start(postgres.env());
    env = { ...postgres.env(), ...bouncer.env, DATABASE_NAME: name };
  }, 60_000);
  afterEach(() => bouncer.stop());
  afterAll(() => postgres.stop(), 60_000);

  const alterDatabase = async (setting: string): Promise<void> => {
    const sql = createSql(parseEnvironment(postgres.env()));
    await sql.unsafe(`alter database ${env['DATABASE_NAME']} set ${setting}`);
    await sql.end({ timeout: 1 });
  };

  it.each(HOSTILE_SETTINGS.filter(([name]) => /datestyle|timezone|client_encoding|strings/.test(name)))(
    'is as the program needs it where the database has %s = %s',
    async (name, value) => {
      await alterDatabase(`${name} = ${value}`);
      const sql = createSql(parseEnvironment(env));
      try {
        // The first query is refused; from then on the pool sends only what PgBouncer forwards.
        await inTime(sql`select 1`).catch(() => {});
        expect(await useSession(sql)).toEqual(USABLE_SESSION);
      } finally {
        await sql.end({ timeout: 1 });
      }
    },
  );

  it('is refused with the name of a setting that differs, and the configuration line that fixes it', async () => {
    await alterDatabase('search_path = nowhere, public');
    const sql = createSql(parseEnvironment(env));
    try {
      await inTime(sql`select 1`).catch(() => {});
      await expect(requireReadiness(sql, [])).rejects.toMatchObject({
        reason: 'settings',
        message: expect.stringMatching(/search_path = nowhere, public.*connect_query=/s),
      });
    } finally {
      await sql.end({ timeout: 1 });
    }
  });

  it('works for the command line, including migrations and changes of accounts', async () => {
    const name = `commands_${Math.random().toString(36).slice(2)}`;
    await postgres.createDatabase(name);
    const through = { ...env, DATABASE_NAME: name };
    const migrated = await cli(['db', 'migrate', '--json'], through);
    expect([migrated.status, migrated.stderr]).toEqual([0, '']);
    const account = JSON.stringify({
      email: 'marie@example.com',
      password_hash: hashSync('SecurePass123', 4),
      created_at: '2026-01-01T00:00:00Z',
      activated_at: '2026-01-01T00:00:00Z',
    });
    const imported = await cli(
      ['users', 'import', '-', '--reason', 'moved', '--json'],
      through,
      `${account}\n`,
    );
    expect([imported.status, imported.json()]).toEqual([0, expect.objectContaining({ imported: 1 })]);
    expect((await cli(['users', 'list'], through)).stdout).toContain('marie@example.com');
  }, 60_000);
});
