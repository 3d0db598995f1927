import { connectQuery, differingSettings, UNTRACKED_NAMES } from './session';
import { DATABASE_TIMEOUT_MS, inTime, type Sql } from './sql';

/** PostgreSQL responds but is not usable; an operator must fix it. */
export class NotReady extends Error {
  constructor(
    readonly reason: 'schema' | 'rights' | 'settings' | 'read-only',
    message: string,
  ) {
    super(message);
    this.name = 'NotReady';
  }
}

interface Row {
  readonly applied: string[];
  readonly settings: Record<string, string>;
  /** Names without a schema are those of `public`, and of no other schema. */
  readonly finds_public: boolean;
  readonly rights: boolean | null;
  readonly role: string;
  readonly read_only: boolean;
}

/**
 * Checks in one round trip whether the program can work with the database.
 * @param needed names of the migrations that this version knows; additional applied ones are fine
 * @throws {NotReady} with what to do
 * @throws {Unavailable} if PostgreSQL does not respond
 */
export async function requireReadiness(sql: Sql, needed: readonly string[]): Promise<void> {
  const row = await readState(sql);
  if (row === undefined) return;
  if (row.read_only) {
    throw new NotReady(
      'read-only',
      'PostgreSQL accepts no writes: it is a replica, or default_transaction_read_only is on for the server, ' +
        'the database or the role. Point DATABASE_HOST to the primary, or reset the setting',
    );
  }
  const differing = differingSettings(row.settings, row.finds_public, sql.options.connection);
  if (differing.length > 0) {
    throw new NotReady(
      'settings',
      `PgBouncer does not forward the session settings, and the role has others (${differing.join(', ')}). ` +
        `Add this to the database's line in pgbouncer.ini: ${connectQuery()}`,
    );
  }
  const pending = needed.filter((name) => !row.applied.includes(name));
  if (pending.length > 0) throw schemaIsOld(pending.length, pending[0] ?? '');
  if (row.rights === false) {
    throw new NotReady(
      'rights',
      `The role ${row.role} lacks privileges on the table users. As its owner, run: ` +
        `grant select, insert, update, delete on all tables in schema public to ${row.role}`,
    );
  }
}

/** How long connections to a server that accepts no writes are closed one after another, in milliseconds. */
const REPLACEMENT_MAX_MS = 500;

/**
 * Reads the state of the database. If the server accepts no writes, the connection may be an old one, from before a
 * fail-over or a change of the setting: it is closed, and the others of the pool are asked.
 */
async function readState(sql: Sql): Promise<Row | undefined> {
  const end = performance.now() + REPLACEMENT_MAX_MS;
  for (let left = sql.options.max; ; left -= 1) {
    const [row] = await queryState(sql);
    if (row?.read_only !== true || left === 0 || performance.now() > end) return row;
  }
}

function queryState(sql: Sql): Promise<readonly Row[]> {
  // Not a parameter: postgres.js does not tell the connection of a query whose parameters it has yet to ask about.
  const names = sql.unsafe(`'${UNTRACKED_NAMES.join(',')}'`);
  const query = sql<Row[]>`
    select (select coalesce(json_agg(name), '[]') from schema_migrations) as applied,
           (select json_object_agg(name, current_setting(name)) from unnest(
              string_to_array(${names}, ',')) as name) as settings,
           current_schemas(false) = '{public}' as finds_public,
           has_table_privilege(to_regclass('users'), 'select') and has_table_privilege(to_regclass('users'), 'insert')
             and has_table_privilege(to_regclass('users'), 'update')
             and has_table_privilege(to_regclass('users'), 'delete') as rights,
           current_user::text as role, current_setting('transaction_read_only')::bool as read_only`;
  return inTime(query, DATABASE_TIMEOUT_MS, ([found]) => found?.read_only === true).catch(explainAbsence);
}

const MIGRATE = 'npm run cli -- db migrate';

const schemaIsOld = (pending: number, first: string): NotReady =>
  new NotReady(
    'schema',
    `The database's schema is older than this version needs: ${pending === 1 ? 'one migration is' : `${pending} migrations are`} ` +
      `pending, the first is ${first}. Run: ${MIGRATE}`,
  );

/** SQLSTATE of a missing relation, column or schema. */
const ABSENT = /^(42P01|42703|3F000)$/;

function explainAbsence(error: unknown): never {
  const { code, message } = error as { code?: string } & Error;
  if (ABSENT.test(code ?? '')) {
    throw new NotReady('schema', `The database has no schema of this service yet. Run: ${MIGRATE}`);
  }
  if (code === '42501') {
    const cause = (error as Error).cause;
    throw new NotReady(
      'rights',
      `PostgreSQL refuses the role: ${cause instanceof Error ? cause.message : message}. docs/operations.md lists the rights to grant`,
    );
  }
  throw error;
}
