import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { TransactionSql } from 'postgres';
import { withMigrationLock, type Patience } from './migration-lock';
import { countLosses, type Loss } from './rollback-loss';
import type { Sql } from './sql';

export interface MigrationStatus {
  readonly name: string;
  readonly applied: boolean;
  /** Whether this version has the file; otherwise another version has applied the migration. */
  readonly known: boolean;
}

/** The project's `db/migrations`, both from the sources and from `dist`: migrations are not compiled. */
export function migrationsFolder(): string {
  for (let folder = __dirname; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    const found = path.join(folder, 'db/migrations');
    if (existsSync(found)) return found;
  }
  throw new Error('There is no folder db/migrations above the program');
}

/** Names of the migrations in a directory, in order. */
export const migrationNames = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();

/**
 * Numbered SQL files with a `-- migrate:up` and a `-- migrate:down` part. All pending migrations run in one
 * transaction, so the schema is always that of a complete version.
 */
export class Migrations {
  /** @param patience how long it waits for other migrations and for tables in use, and a callback for such waits */
  constructor(
    private readonly sql: Sql,
    private readonly folder: string,
    private readonly patience: Patience = {},
  ) {}

  /**
   * Applies pending migrations, oldest first. Can be started several times concurrently. Resolves to the applied
   * names.
   */
  up(): Promise<string[]> {
    return withMigrationLock(this.sql, this.patience, async (transaction) => {
      await transaction`create table if not exists schema_migrations (
        name text primary key, applied_at timestamptz not null default now())`;
      const applied = await appliedNames(transaction);
      const pending = (await migrationNames(this.folder)).filter((name) => !applied.includes(name));
      for (const name of pending) {
        await transaction.unsafe(await this.read(name, 'up'));
        await transaction`insert into schema_migrations (name) values (${name})`;
      }
      return pending;
    });
  }

  /** Reverts the newest migration. Resolves to its name, or to nothing if none is applied. */
  down(): Promise<string[]> {
    return withMigrationLock(this.sql, this.patience, async (transaction) => {
      const name = (await appliedNames(transaction)).at(-1);
      if (name === undefined) return [];
      await transaction.unsafe(await this.read(name, 'down'));
      await transaction`delete from schema_migrations where name = ${name}`;
      return [name];
    });
  }

  /** The newest applied migration and the data that its rollback would lose; null if none is applied. Read-only. */
  async rollbackLoss(): Promise<{ name: string; losses: Loss[] } | null> {
    const name = (await appliedNames(this.sql)).at(-1);
    if (name === undefined) return null;
    return { name, losses: await countLosses(this.sql, await this.read(name, 'down')) };
  }

  /** Every applied or known migration, in order. Read-only. */
  async status(): Promise<MigrationStatus[]> {
    const applied = new Set(await appliedNames(this.sql));
    const known = new Set(await migrationNames(this.folder));
    return [...new Set([...known, ...applied])]
      .sort()
      .map((name) => ({ name, applied: applied.has(name), known: known.has(name) }));
  }

  private async read(name: string, direction: 'up' | 'down'): Promise<string> {
    const source = await readFile(path.join(this.folder, name), 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw new Error(`${name} was applied by another version of this program; revert it with that version`);
    });
    const [, up, down] = /^-- migrate:up\n([\s\S]*?)^-- migrate:down\n([\s\S]*)$/m.exec(source) ?? [];
    const statements = direction === 'up' ? up : down;
    if (statements === undefined)
      throw new Error(`${name} lacks its "-- migrate:up" or "-- migrate:down" line`);
    return statements;
  }
}

async function appliedNames(sql: Sql | TransactionSql): Promise<string[]> {
  const [ledger] = await sql`select to_regclass('schema_migrations') is not null as there`;
  if (!ledger?.['there']) return [];
  const rows = await sql<{ name: string }[]>`select name from schema_migrations order by name`;
  return rows.map((row) => row.name);
}
