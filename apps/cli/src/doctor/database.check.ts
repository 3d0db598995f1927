import { Inject, Injectable } from '@nestjs/common';
import { connectionsOffered, connectionsWanted, Environment, inTime, Migrations, Sql } from '@app/runtime';
import { explainDatabaseError } from '../database-error';
import { counted } from '../terminal/format';
import { judgeSchema } from './database-schema';
import { offersTls } from './database-tls';
import { compareClocks, type Check, type Findings } from './finding';

/** The oldest version that its makers still support. Before 14, it refuses our sessions: it lacks `idle_session_timeout`. */
const OLDEST_VERSION = 15;

interface ServerRow {
  readonly version: string;
  readonly version_num: number;
  readonly encoding: string;
  readonly read_only: boolean;
  readonly now_ms: number;
}

/** Whether PostgreSQL is reachable, suitable and writable. */
@Injectable()
export class DatabaseCheck implements Check {
  readonly about = 'PostgreSQL';

  constructor(
    @Inject(Environment) private readonly environment: Environment,
    @Inject(Sql) private readonly sql: Sql,
    private readonly migrations: Migrations,
  ) {}

  async run(findings: Findings): Promise<void> {
    try {
      if (!(await this.tls(findings))) return;
      // The first query opens the connection, which would distort the measured time.
      await inTime(this.sql`select 1`);
      const askedAt = Date.now();
      const server = await this.ask();
      this.server(findings, server);
      compareClocks(findings, 'database.clock', 'the clock of PostgreSQL for codes', server.now_ms, askedAt);
      if (!(await judgeSchema(findings, this.environment, this.sql, this.migrations))) return;
      await this.size(findings);
      this.connections(findings, await connectionsOffered(this.sql));
    } catch (error) {
      const fault = explainDatabaseError(error, this.environment);
      if (fault === null) throw error;
      findings.fail('database.reachable', fault.wrong, fault.fix);
    }
  }

  /** Resolves to false if no connection is possible. */
  private async tls(findings: Findings): Promise<boolean> {
    const { DATABASE_SSL: mode, DATABASE_HOST: host, DATABASE_PORT: port } = this.environment;
    if (['disable', 'false'].includes(mode) || (await offersTls(this.environment)) !== false) return true;
    findings.fail(
      'database.tls',
      `PostgreSQL at ${host}:${port} does not support TLS, but DATABASE_SSL=${mode} requires it`,
      'Set ssl = on and a certificate on the server, or DATABASE_SSL=disable if the network between is private.',
    );
    return false;
  }

  private async ask(): Promise<ServerRow> {
    const [row] = await inTime(this.sql<[ServerRow]>`
      select current_setting('server_version') as version,
             current_setting('server_version_num')::int as version_num,
             current_setting('server_encoding') as encoding,
             pg_is_in_recovery() or current_setting('transaction_read_only')::bool as read_only,
             extract(epoch from clock_timestamp())::float8 * 1000 as now_ms`);
    return row;
  }

  private server(findings: Findings, server: ServerRow): void {
    const { DATABASE_HOST: host, DATABASE_PORT: port, DATABASE_NAME: name } = this.environment;
    findings.ok('database.reachable', `responds at ${host}:${port}, database ${name}`);
    if (server.version_num >= OLDEST_VERSION * 10_000)
      findings.ok('database.version', `version ${server.version}`);
    else
      findings.fail(
        'database.version',
        `version ${server.version} is too old`,
        `Upgrade it to ${OLDEST_VERSION} or newer.`,
      );
    if (server.encoding !== 'UTF8') {
      findings.fail(
        'database.encoding',
        `its encoding is ${server.encoding}`,
        'Recreate the database with ENCODING UTF8.',
      );
    }
    if (server.read_only) {
      findings.fail(
        'database.read_only',
        'it is read-only: a replica, in recovery, or default_transaction_read_only is on',
        'Point DATABASE_HOST to the primary, or reset the setting of the server, the database or the role.',
      );
    }
  }

  private async size(findings: Findings): Promise<void> {
    const [row] = await inTime(this.sql<[{ size: string }]>`
      select pg_size_pretty(pg_database_size(current_database())) as size`);
    // PostgreSQL does not tell clients how much disk space is free; the host's monitoring must watch it.
    findings.ok(
      'database.size',
      `uses ${row.size}; the free disk space of its host is not visible from here`,
    );
  }

  private connections(findings: Findings, offered: number): void {
    const wanted = connectionsWanted(this.environment);
    const who = `${counted(this.environment.WEB_CONCURRENCY, 'api process', 'api processes')} and one mailer-worker`;
    if (wanted <= offered)
      findings.ok(
        'database.connections',
        `${who} may open ${wanted} connections; PostgreSQL allows ${offered}`,
      );
    else {
      findings.warn(
        'database.connections',
        `${who} may open ${wanted} connections, but PostgreSQL allows only ${offered} for all clients`,
        'Lower DATABASE_POOL_SIZE or WEB_CONCURRENCY, raise max_connections, or use PgBouncer.',
      );
    }
  }
}
