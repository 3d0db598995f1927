import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Migrations, parseEnvironment, type Sql } from '@app/runtime';
import { createSql } from '@app/runtime/testing';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { until } from '../support/until';

const REAL = path.resolve(__dirname, '../../db/migrations');

let database: TestDatabase;
let folder: string;
const pools: Sql[] = [];

beforeEach(async () => {
  database = await createDatabase({ empty: true });
  folder = mkdtempSync(path.join(tmpdir(), 'migrations-'));
});
afterEach(async () => {
  await Promise.all(pools.splice(0).map((sql) => sql.end({ timeout: 1 })));
  await database.drop();
  rmSync(folder, { recursive: true });
});

/** Migrations with a pool of their own, like in a process. */
function migrations(from = folder, poolSize = '2', onWait: (why: string) => void = () => {}): Migrations {
  const sql = createSql(parseEnvironment({ ...database.env, DATABASE_POOL_SIZE: poolSize }));
  pools.push(sql);
  return new Migrations(sql, from, { tableLocksMs: 2_500, onWait });
}

const write = (name: string, up: string, down = 'select 1;'): void =>
  writeFileSync(path.join(folder, name), `-- migrate:up\n${up}\n-- migrate:down\n${down}\n`);

async function tables(): Promise<string[]> {
  const rows = await database.sql<{ name: string }[]>`
    select tablename as name from pg_tables where schemaname = 'public' order by 1`;
  return rows.map(({ name }) => name).filter((name) => name !== 'schema_migrations');
}

/** Every part of the schema that a migration can leave behind. */
async function schema(): Promise<unknown[]> {
  return [
    ...(await database.sql`
      select table_name, column_name, data_type, is_nullable, column_default from information_schema.columns
      where table_schema = 'public' and table_name <> 'schema_migrations' order by 1, 2`),
    ...(await database.sql`select indexdef from pg_indexes
      where schemaname = 'public' and tablename <> 'schema_migrations' order by 1`),
  ];
}

describe('Migrations', () => {
  it('applies pending migrations in order, once', async () => {
    write('0002_second.sql', 'alter table first add column more text;');
    write('0001_first.sql', 'create table first (n integer);');
    expect(await migrations().up()).toEqual(['0001_first.sql', '0002_second.sql']);
    expect(await migrations().up()).toEqual([]);
    write('0003_third.sql', 'create table third (n integer);');
    expect(await migrations().up()).toEqual(['0003_third.sql']);
    expect(await tables()).toEqual(['first', 'third']);
  });

  it('runs each migration once when five start concurrently, and all of them succeed', async () => {
    write(
      '0001_slow.sql',
      'select pg_sleep(0.2); create table slow (n integer); insert into slow values (1);',
    );
    write('0002_more.sql', 'insert into slow values (2);');
    const applied = await Promise.all(Array.from({ length: 5 }, () => migrations().up()));
    expect(applied.flat().sort()).toEqual(['0001_slow.sql', '0002_more.sql']);
    const rows = await database.sql<{ n: number }[]>`select n from slow order by n`;
    expect(rows.map(({ n }) => n)).toEqual([1, 2]);
  });

  it('keeps the schema of the previous version if one of several files is broken, and applies all once it is fixed', async () => {
    write('0001_first.sql', 'create table first (n integer);');
    write('0002_broken.sql', 'create table second (n integer);\ncreate table second (n integer);');
    write('0003_third.sql', 'create table third (n integer);');
    await expect(migrations().up()).rejects.toThrow(/second/);
    expect(await tables()).toEqual([]);
    expect((await migrations().status()).map(({ applied }) => applied)).toEqual([false, false, false]);
    write('0002_broken.sql', 'create table second (n integer);');
    expect(await migrations().up()).toEqual(['0001_first.sql', '0002_broken.sql', '0003_third.sql']);
  });

  it('releases the lock after a failure', async () => {
    write('0001_broken.sql', 'select 1/0;');
    const same = migrations();
    await expect(same.up()).rejects.toThrow(/division/);
    write('0001_broken.sql', 'create table fixed (n integer);');
    expect(await migrations().up()).toEqual(['0001_broken.sql']);
    expect(await same.up()).toEqual([]);
  });

  it('reverts the newest migration, then the one before, then nothing', async () => {
    write('0001_first.sql', 'create table first (n integer);', 'drop table first;');
    write('0002_second.sql', 'create table second (n integer);', 'drop table second;');
    await migrations().up();
    expect(await migrations().down()).toEqual(['0002_second.sql']);
    expect(await tables()).toEqual(['first']);
    expect(await migrations().down()).toEqual(['0001_first.sql']);
    expect(await migrations().down()).toEqual([]);
    expect(await migrations().status()).toEqual([
      { name: '0001_first.sql', applied: false, known: true },
      { name: '0002_second.sql', applied: false, known: true },
    ]);
  });

  it('leaves everything applied if a rollback fails halfway', async () => {
    write('0001_first.sql', 'create table first (n integer);', 'drop table first; select 1/0;');
    await migrations().up();
    await expect(migrations().down()).rejects.toThrow(/division/);
    expect(await tables()).toEqual(['first']);
    expect(await migrations().status()).toEqual([{ name: '0001_first.sql', applied: true, known: true }]);
  });

  it('lists an applied migration whose file is missing, and leaves it to the version that has it', async () => {
    write('0001_first.sql', 'create table first (n integer);');
    await migrations().up();
    rmSync(path.join(folder, '0001_first.sql'));
    expect(await migrations().status()).toEqual([{ name: '0001_first.sql', applied: true, known: false }]);
    const explained = /^0001_first\.sql was applied by another version of this program/;
    await expect(migrations().rollbackLoss()).rejects.toThrow(explained);
    await expect(migrations().down()).rejects.toThrow(explained);
  });

  it('works with a pool of one connection', async () => {
    write('0001_first.sql', 'create table first (n integer);');
    expect(await migrations(folder, '1').up()).toEqual(['0001_first.sql']);
  });

  it('names a file that lacks a part', async () => {
    writeFileSync(path.join(folder, '0001_bare.sql'), 'create table first (n integer);');
    await expect(migrations().up()).rejects.toThrow(/0001_bare\.sql.*migrate:up/);
  });

  it('gives up a table that is locked by traffic instead of blocking other queries', async () => {
    write('0001_first.sql', 'create table first (n integer);');
    await migrations().up();
    write('0002_second.sql', 'alter table first add column more text;');
    await database.sql.begin(async (traffic) => {
      await traffic`lock table first in access exclusive mode`;
      await expect(migrations().up()).rejects.toThrow(/lock timeout/);
    });
    expect(await migrations().up()).toEqual(['0002_second.sql']);
  });

  it('retries, and succeeds once the table is free', async () => {
    write('0001_first.sql', 'create table first (n integer);');
    await migrations().up();
    write('0002_other.sql', 'create table other (n integer);');
    write('0003_second.sql', 'alter table first add column more text;');
    let waited = (): void => {};
    const said = new Promise<void>((resolve) => (waited = resolve));
    const applying = await database.sql.begin(async (traffic) => {
      await traffic`select 1 from first`;
      const applied = migrations(folder, '2', waited).up();
      await said;
      return { applied };
    });
    expect(await applying.applied).toEqual(['0002_other.sql', '0003_second.sql']);
  });

  it('fails without ending the process when its connection is cut during a migration', async () => {
    write('0001_slow.sql', 'create table slow (n integer); select pg_sleep(20);');
    const applied = expect(migrations().up()).rejects.toThrow(/closed|terminating|unavailable/i);
    await until('it runs, and PostgreSQL ends it', async () => {
      const rows = await database.sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and state = 'active' and query like '%pg_sleep(20)%' and pid <> pg_backend_pid()`;
      return rows.length > 0;
    });
    await applied;
    expect(await tables()).toEqual([]);
    write('0001_slow.sql', 'create table slow (n integer);');
    expect(await migrations().up()).toEqual(['0001_slow.sql']);
  });

  it('reports which tables and columns a rollback drops, and how many rows they have', async () => {
    write('0001_first.sql', 'create table first (n integer);', 'drop table first;');
    write(
      '0002_second.sql',
      'alter table first add column more text;',
      'alter table first drop column more;',
    );
    await migrations().up();
    await database.sql`insert into first values (1, 'text'), (2, null)`;
    expect(await migrations().rollbackLoss()).toEqual({
      name: '0002_second.sql',
      losses: [{ table: 'first', column: 'more', rows: 1 }],
    });
    await migrations().down();
    expect(await migrations().rollbackLoss()).toEqual({
      name: '0001_first.sql',
      losses: [{ table: 'first', rows: 2 }],
    });
    await migrations().down();
    expect(await migrations().rollbackLoss()).toBeNull();
  });

  it('lists every table and column that a rollback of the service drops', async () => {
    const columns = async (): Promise<string[]> => {
      const rows = await database.sql<{ name: string }[]>`
      select table_name || '.' || column_name as name from information_schema.columns
      where table_schema = 'public' and table_name <> 'schema_migrations' order by 1`;
      return rows.map(({ name }) => name);
    };
    const applied = await migrations(REAL).up();
    for (const migration of applied.toReversed()) {
      const before = await columns();
      const said = await migrations(REAL).rollbackLoss();
      await migrations(REAL).down();
      const after = new Set(await columns());
      const losses = said?.losses ?? [];
      const unsaid = before.filter((column) => {
        const [table = '', name = ''] = column.split('.');
        const renamed = after.size === before.length;
        return (
          !after.has(column) &&
          !renamed &&
          !losses.some((loss) => loss.table === table && (loss.column ?? name) === name)
        );
      });
      expect([said?.name, unsaid.filter((column) => column !== 'users.mail_id')]).toEqual([migration, []]);
    }
  });

  it('reverts every migration of the service, and applies them again with the same schema', async () => {
    const applied = await migrations(REAL).up();
    expect(applied.length).toBeGreaterThan(0);
    const whole = await schema();
    for (const name of applied.toReversed()) expect(await migrations(REAL).down()).toEqual([name]);
    expect(await schema()).toEqual([]);
    expect(await migrations(REAL).up()).toEqual(applied);
    expect(await schema()).toEqual(whole);
  });
});
