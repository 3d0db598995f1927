import { randomBytes } from 'node:crypto';
import { parseEnvironment, type Environment, type Sql } from '@app/runtime';
import { createSql } from '@app/runtime/testing';
import { administer, TEMPLATE, type DatabaseAddress } from './postgres-server';

export interface TestDatabase {
  /** Variables that point an app or `parseEnvironment` to it. */
  readonly env: NodeJS.ProcessEnv;
  readonly environment: Environment;
  readonly sql: Sql;
  drop(): Promise<void>;
}

/** A new database with the schema (or without: `empty`), and a pool to inspect it. */
export async function createDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const address = JSON.parse(process.env['TEST_DATABASE'] ?? 'null') as DatabaseAddress | null;
  if (address === null) throw new Error('There is no test database: this project lacks the global set-up');
  const name = `test_${randomBytes(8).toString('hex')}`;
  await administer(address, async (sql) => {
    if (options.empty) await sql`create database ${sql(name)} strategy file_copy`;
    // Copying the files of so small a template costs less than writing them to the log.
    else await sql`create database ${sql(name)} template ${sql(TEMPLATE)} strategy file_copy`;
  });
  const env = { ...address, DATABASE_NAME: name };
  const environment = parseEnvironment(env);
  const sql = createSql(environment);
  return {
    env,
    environment,
    sql,
    drop: async () => {
      await sql.end({ timeout: 1 });
      await administer(address, async (admin) => {
        await admin`drop database if exists ${admin(name)} with (force)`;
      });
    },
  };
}
