import { inTime, type Environment, type Migrations, type Sql } from '@app/runtime';
import { PROGRAM_NAME } from '../root-command';
import { counted } from '../terminal/format';
import type { Findings } from './finding';

/**
 * Whether the tables match this version, and the role has the privileges to use them. Resolves to whether the tables
 * can be inspected.
 */
export async function judgeSchema(
  findings: Findings,
  { DATABASE_USER: user }: Environment,
  sql: Sql,
  migrations: Migrations,
): Promise<boolean> {
  const { schema, may_use: mayUse, may_create: mayCreate } = await schemaRights(sql);
  const role = `"${user}"`;
  if (!mayUse) {
    findings.fail(
      'database.rights',
      `the role ${role} may not use the schema ${schema}`,
      `As the owner of the database, run: GRANT USAGE ON SCHEMA ${schema} TO ${role};`,
    );
    return false;
  }
  if (!(await mayReadMigrations(sql, schema))) {
    await judgeRights(findings, sql, schema, user);
    return false;
  }
  const all = await migrations.status();
  const pending = all.filter(({ applied }) => !applied).map(({ name }) => name);
  const unknown = all.filter(({ known }) => !known).map(({ name }) => name);
  if (pending.length > 0) {
    findings.fail(
      'database.migrations',
      `migrations pending: ${pending.join(', ')}`,
      `Apply them: ${PROGRAM_NAME} db migrate`,
    );
    if (!mayCreate) {
      findings.fail(
        'database.may_migrate',
        `the role ${role} may not create tables in the schema ${schema}`,
        `As the owner of the database, run: GRANT CREATE ON SCHEMA ${schema} TO ${role}; or migrate with a role that owns it.`,
      );
    }
    return true;
  }
  findings.ok('database.migrations', `all ${all.length} migrations are applied`);
  if (unknown.length > 0) {
    findings.warn(
      'database.newer_schema',
      `a newer version has migrated the schema: ${unknown.join(', ')}`,
      'Upgrade this installation to that version.',
    );
  }
  await judgeRights(findings, sql, schema, user);
  return true;
}

async function judgeRights(findings: Findings, sql: Sql, schema: string, role: string): Promise<void> {
  const grants = await missingGrants(sql, schema, role);
  if (grants.length === 0) findings.ok('database.rights', `the role "${role}" may read and write`);
  else {
    findings.fail(
      'database.rights',
      `the role "${role}" lacks privileges on ${counted(grants.length, 'table')}`,
      `As their owner, run: ${grants.join(' ')}`,
    );
  }
}

interface RightsRow {
  readonly schema: string;
  readonly may_use: boolean;
  readonly may_create: boolean;
}

interface MissingRow {
  readonly name: string;
  readonly kind: 'TABLE' | 'SEQUENCE';
  readonly privileges: string;
}

/** Privileges on the schema in which tables are looked up. Without USAGE, PostgreSQL reports that it has no tables. */
async function schemaRights(sql: Sql): Promise<RightsRow> {
  const [row] = await inTime(sql<[RightsRow]>`
    select schema, has_schema_privilege(schema, 'usage') as may_use, has_schema_privilege(schema, 'create') as may_create
    from (select coalesce(current_schema(), 'public') as schema) as place`);
  return row;
}

/** True also where the table does not exist yet. */
async function mayReadMigrations(sql: Sql, schema: string): Promise<boolean> {
  const [row] = await inTime(sql<{ may_read: boolean }[]>`
    select coalesce(bool_and(has_table_privilege(pg_class.oid, 'select')), true) as may_read
    from pg_class
    join pg_namespace on pg_namespace.oid = relnamespace and nspname = ${schema}
    where relname = 'schema_migrations'`);
  return row?.may_read ?? true;
}

/** GRANT statements for the privileges that the role lacks on the service's tables. The two logs are append-only. */
async function missingGrants(sql: Sql, schema: string, role: string): Promise<string[]> {
  const rows = await inTime(sql<MissingRow[]>`
    select quote_ident(relname) as name, 'TABLE' as kind, string_agg(upper(privilege), ', ' order by privilege) as privileges
    from pg_class
    join pg_namespace on pg_namespace.oid = relnamespace and nspname = ${schema}
    cross join unnest(array['select', 'insert', 'update', 'delete']) as privilege
    where relkind = 'r'
      and not (relname = 'audit' and privilege in ('update', 'delete'))
      and not (relname = 'erasures' and privilege in ('update', 'delete'))
      and not has_table_privilege(pg_class.oid, privilege)
    group by 1
    order by 1`);
  return rows.map(
    ({ name, privileges }) => `GRANT ${privileges} ON ${name} TO "${role.replaceAll('"', '""')}";`,
  );
}
