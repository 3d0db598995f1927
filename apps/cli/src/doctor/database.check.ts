import {
  connectionsOffered,
  connectionsWanted,
  inTime,
  type Environment,
  type Migrations,
  type Sql,
} from '@app/runtime';
import { explainDatabaseError } from '../database-error';
import { PROGRAM_NAME } from '../root-command';
import { compareClocks, type Check, type Findings } from './finding';

/** Source: BullMQ's own minimum for its tables, and `sha256()` and friends of ours. */
const OLDEST_VERSION = 13;

interface ServerRow {
  readonly version: string;
  readonly version_num: number;
  readonly encoding: string;
  readonly read_only: boolean;
  readonly may_create: boolean;
  readonly now_ms: number;
}

/** Whether PostgreSQL is there, is fit, and lets us write. */
export class DatabaseCheck implements Check {
  readonly about = 'PostgreSQL';

  constructor(
    private readonly environment: Environment,
    private readonly sql: Sql,
    private readonly migrations: Migrations,
  ) {}

  async run(findings: Findings): Promise<void> {
    try {
      // The first question opens the connection, which takes longer than the answer.
      await inTime(this.sql`select 1`);
      const askedAt = Date.now();
      const server = await this.ask();
      this.server(findings, server);
      compareClocks(findings, 'that of PostgreSQL for codes', server.now_ms, askedAt);
      await this.schema(findings, server);
      this.connections(findings, await connectionsOffered(this.sql));
    } catch (error) {
      const fault = explainDatabaseError(error, this.environment);
      if (fault === null) throw error;
      findings.fail(fault.wrong, fault.fix);
    }
  }

  private async ask(): Promise<ServerRow> {
    const [row] = await inTime(this.sql<[ServerRow]>`
      select current_setting('server_version') as version,
             current_setting('server_version_num')::int as version_num,
             current_setting('server_encoding') as encoding,
             pg_is_in_recovery() or current_setting('transaction_read_only')::bool as read_only,
             has_schema_privilege(current_schema(), 'create') as may_create,
             extract(epoch from clock_timestamp())::float8 * 1000 as now_ms`);
    return row;
  }

  private server(findings: Findings, server: ServerRow): void {
    const { DATABASE_HOST: host, DATABASE_PORT: port, DATABASE_NAME: name } = this.environment;
    findings.ok(`answers at ${host}:${port}, database ${name}`);
    if (server.version_num >= OLDEST_VERSION * 10_000) findings.ok(`version ${server.version}`);
    else findings.fail(`version ${server.version} is too old`, `Upgrade it to ${OLDEST_VERSION} or newer.`);
    if (server.encoding !== 'UTF8') {
      findings.fail(`its encoding is ${server.encoding}`, 'Create the database anew with ENCODING UTF8.');
    }
    if (server.read_only) {
      findings.fail('it is read-only: a replica, or in recovery', 'Point DATABASE_HOST to the primary.');
    }
  }

  private async schema(findings: Findings, server: ServerRow): Promise<void> {
    const migrations = await this.migrations.status();
    const pending = migrations.filter(({ applied }) => !applied).map(({ name }) => name);
    const unknown = migrations.filter(({ known }) => !known).map(({ name }) => name);
    if (pending.length > 0) {
      findings.fail(`migrations pending: ${pending.join(', ')}`, `Apply them: ${PROGRAM_NAME} db migrate`);
      if (!server.may_create) {
        findings.fail(
          `the role "${this.environment.DATABASE_USER}" may not create tables`,
          'Make it the owner of the database, or migrate with a role that is.',
        );
      }
      return;
    }
    findings.ok(`all ${migrations.length} migrations are applied`);
    if (unknown.length > 0) {
      findings.warn(`a newer version has migrated it: ${unknown.join(', ')}`, 'Run that version here, too.');
    }
    await this.rights(findings);
  }

  private async rights(findings: Findings): Promise<void> {
    const missing = await inTime(this.sql<{ right: string }[]>`
      select upper(privilege) || ' on ' || name as right
      from unnest(array['users', 'wrong_tries']) as name,
           unnest(array['select', 'insert', 'update', 'delete']) as privilege
      where not has_table_privilege(name, privilege)`);
    const rights = missing.map(({ right }) => right).join(', ');
    const role = this.environment.DATABASE_USER;
    if (missing.length === 0) findings.ok(`the role "${role}" may read and write`);
    else findings.fail(`the role "${role}" lacks ${rights}`, `Grant it: GRANT ${rights} TO "${role}"`);
  }

  private connections(findings: Findings, offered: number): void {
    const wanted = connectionsWanted(this.environment);
    const who = `one api of ${this.environment.WEB_CONCURRENCY} process(es) and one mailer-worker`;
    if (wanted <= offered) findings.ok(`${who} may open ${wanted} connections; it has ${offered}`);
    else {
      findings.warn(
        `${who} may open ${wanted} connections, and it has ${offered} for everybody`,
        'Lower DATABASE_POOL_SIZE or WEB_CONCURRENCY, raise max_connections, or put PgBouncer between.',
      );
    }
  }
}
