import { inTime, type Sql } from '@app/runtime';

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
export async function schemaRights(sql: Sql): Promise<RightsRow> {
  const [row] = await inTime(sql<[RightsRow]>`
    select schema, has_schema_privilege(schema, 'usage') as may_use, has_schema_privilege(schema, 'create') as may_create
    from (select coalesce(current_schema(), 'public') as schema) as place`);
  return row;
}

/** GRANT statements for the privileges that the role lacks on the service's tables. The two logs are append-only. */
export async function missingGrants(sql: Sql, schema: string, role: string): Promise<string[]> {
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
