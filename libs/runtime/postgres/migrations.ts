import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ReservedSql } from 'postgres';
import type { MigrationParams, Umzug } from 'umzug';
import type { Sql } from './sql';

/** An arbitrary constant that names the lock of our migrations among all advisory locks of the database. */
const ADVISORY_LOCK = 7_242_018;
const LOCK_WAIT_MS = 60_000;
/** Longest wait of a migration's statement for a table lock: traffic queues up behind it meanwhile. */
const TABLE_LOCK_TIMEOUT = '5s';

export interface MigrationStatus {
  readonly name: string;
  readonly applied: boolean;
  /** Whether this version has its file; the database was migrated by another version where it has not. */
  readonly known: boolean;
}

/** Numbered SQL files with a `-- migrate:up` and a `-- migrate:down` part; one transaction each. */
export class Migrations {
  constructor(
    private readonly sql: Sql,
    private readonly folder: string,
  ) {}

  /** Applies what is pending, oldest first. Safe when several start at once. Resolves to the names applied. */
  async up(): Promise<string[]> {
    return this.exclusively(async (umzug) => (await umzug.up()).map((migration) => migration.name));
  }

  /** Takes back the newest one. Resolves to its name, or to nothing when none is applied. */
  async down(): Promise<string[]> {
    return this.exclusively(async (umzug) => (await umzug.down()).map((migration) => migration.name));
  }

  /** Every migration, applied or known, in order. It only reads. */
  async status(): Promise<MigrationStatus[]> {
    const applied = new Set(await this.applied(this.sql));
    const known = new Set(await this.names());
    return [...new Set([...known, ...applied])]
      .sort()
      .map((name) => ({ name, applied: applied.has(name), known: known.has(name) }));
  }

  /**
   * Polls for the lock instead of waiting inside `pg_advisory_lock`: a waiting statement holds a snapshot, and
   * a `create index concurrently` of the one that works waits for that snapshot, which is a deadlock.
   */
  private async exclusively<T>(work: (umzug: Umzug) => Promise<T>): Promise<T> {
    // postgres.js reserves a connection that is there at once; one that it has to open first, never (fetch_types).
    await this.sql`select 1`;
    const session = await this.sql.reserve();
    try {
      const deadline = Date.now() + LOCK_WAIT_MS;
      for (;;) {
        const [row] = await session`select pg_try_advisory_lock(${ADVISORY_LOCK}) as locked`;
        if (row?.['locked']) break;
        if (Date.now() > deadline)
          throw new Error(`Another migration has been running for ${LOCK_WAIT_MS / 1_000} s`);
        await pause(100);
      }
      try {
        await session`create table if not exists schema_migrations (
          name text primary key, applied_at timestamptz not null default now())`;
        return await work(await this.umzug(session));
      } finally {
        await session`select pg_advisory_unlock(${ADVISORY_LOCK})`;
      }
    } finally {
      session.release();
    }
  }

  private async umzug(session: ReservedSql): Promise<Umzug> {
    const names = await this.names();
    // Loaded when it is needed: it takes a tenth of a second, and neither api nor worker migrates.
    const { Umzug } = await import('umzug');
    return new Umzug({
      migrations: names.map((name) => ({
        name,
        up: ({ name }: MigrationParams<object>) => this.run(session, name, 'up'),
        down: ({ name }: MigrationParams<object>) => this.run(session, name, 'down'),
      })),
      storage: {
        executed: () => this.applied(session),
        // The ledger is written in the migration's own transaction, by run().
        logMigration: async () => {},
        unlogMigration: async () => {},
      },
      logger: undefined,
    });
  }

  /** On the connection that holds the lock: a pool of one must do, and what loses the lock loses its work with it. */
  private async run(session: ReservedSql, name: string, direction: 'up' | 'down'): Promise<void> {
    const statements = await this.read(name, direction);
    await session`begin`;
    try {
      await session.unsafe(`set local lock_timeout = '${TABLE_LOCK_TIMEOUT}'`);
      await session.unsafe(statements);
      if (direction === 'up') await session`insert into schema_migrations (name) values (${name})`;
      else await session`delete from schema_migrations where name = ${name}`;
      await session`commit`;
    } catch (error) {
      await session`rollback`.catch(() => {});
      throw error;
    }
  }

  private async applied(sql: Sql | ReservedSql): Promise<string[]> {
    const [ledger] = await sql`select to_regclass('schema_migrations') is not null as there`;
    if (!ledger?.['there']) return [];
    const rows = await sql<{ name: string }[]>`select name from schema_migrations order by name`;
    return rows.map((row) => row.name);
  }

  private async names(): Promise<string[]> {
    return (await readdir(this.folder)).filter((file) => file.endsWith('.sql')).sort();
  }

  private async read(name: string, direction: 'up' | 'down'): Promise<string> {
    const source = await readFile(path.join(this.folder, name), 'utf8');
    const [, up, down] = /^-- migrate:up\n([\s\S]*?)^-- migrate:down\n([\s\S]*)$/m.exec(source) ?? [];
    const statements = direction === 'up' ? up : down;
    if (statements === undefined)
      throw new Error(`${name} lacks its "-- migrate:up" or "-- migrate:down" line`);
    return statements;
  }
}
