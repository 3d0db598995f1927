import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseEnvironment, type Sql } from '@app/runtime';
import { createSql } from '@app/runtime/testing';
import type { EmbeddedPostgres } from '../../tools/postgres/embedded-postgres';
import { Child } from '../../tools/processes/child';
import { freePort } from '../../tools/processes/ports';
import { addressAt, embeddedIn } from '../support/postgres-server';
import { until } from '../support/until';

/** A separate PostgreSQL that can be killed and frozen. */
export class PrivatePostgres {
  readonly name = 'user_registration';
  private frozen: number[] = [];

  private constructor(
    private readonly embedded: EmbeddedPostgres,
    private readonly directory: string,
    readonly port: number,
  ) {}

  /** Starts one with an empty database. */
  static async start(): Promise<PrivatePostgres> {
    const postgres = await PrivatePostgres.at(mkdtempSync(path.join(tmpdir(), 'faults-postgres-')));
    await postgres.embedded.start();
    await postgres.embedded.createDatabase(postgres.name);
    return postgres;
  }

  private static async at(directory: string, settings: readonly string[] = []): Promise<PrivatePostgres> {
    const port = await freePort();
    return new PrivatePostgres(embeddedIn(directory, port, settings), directory, port);
  }

  /**
   * Starts a standby of this server, and makes each commit wait for the standby. It starts from a copy of the files,
   * for which this server stops for a moment.
   */
  async startStandby(sql: Sql): Promise<PrivatePostgres> {
    const directory = mkdtempSync(path.join(tmpdir(), 'faults-standby-'));
    const { directory: original } = this;
    const { DATABASE_HOST, DATABASE_PORT, DATABASE_USER, DATABASE_PASSWORD } = addressAt(this.port);
    const primary = `host=${DATABASE_HOST} port=${DATABASE_PORT} user=${DATABASE_USER} password=${DATABASE_PASSWORD}`;
    const standby = await PrivatePostgres.at(directory, [
      `primary_conninfo=${primary} application_name=standby`,
    ]);
    await this.embedded.stop();
    // With owners and modes, and following `data` if it is a link.
    spawnSync('cp', ['-aL', path.join(original, 'data'), path.join(directory, 'data')]);
    writeFileSync(path.join(directory, 'data', 'standby.signal'), '');
    await this.embedded.start();
    await standby.embedded.start();
    await sql`alter system set synchronous_standby_names = 'standby'`;
    await sql`select pg_reload_conf()`;
    await until('the standby is synchronous', async () => {
      const [row] = await sql`select 1 from pg_stat_replication where sync_state = 'sync'`;
      return row !== undefined;
    });
    return standby;
  }

  /** Variables that point an app to it, or to a proxy in front of it on another port. */
  env(port = this.port): NodeJS.ProcessEnv {
    return { ...addressAt(port), DATABASE_NAME: this.name };
  }

  /** Runs `db migrate` of the build; resolves to its exit status. */
  async migrate(database = this.name): Promise<number> {
    const args = [path.resolve('dist/apps/cli/src/main.js'), 'db', 'migrate'];
    const env = { PATH: process.env['PATH'], NODE_ENV: 'test', ...this.env(), DATABASE_NAME: database };
    return await new Child('migrate', { command: process.execPath, args, env }).exit();
  }

  async createDatabase(name: string): Promise<void> {
    await this.embedded.createDatabase(name);
  }

  /** Kills it with all its sessions, as in a crash: the next start recovers from the log. */
  async kill(): Promise<void> {
    this.embedded.server?.signal('SIGQUIT');
    await this.embedded.server?.exit();
  }

  /** Stops accepting writes but keeps its connections, like a former primary after a switch-over. */
  async forbidWrites(): Promise<void> {
    const sql = createSql(parseEnvironment(this.env()));
    try {
      await sql`alter system set default_transaction_read_only = on`;
      await sql`select pg_reload_conf()`;
    } finally {
      await sql.end({ timeout: 1 });
    }
  }

  async restart(): Promise<void> {
    await this.embedded.stop();
    await this.embedded.start();
  }

  /** Stops all of its processes: the kernel accepts connections, but nothing responds. */
  freeze(): void {
    const postmaster = this.embedded.server?.pid;
    if (postmaster === undefined) return;
    // The parent first, so that it neither replaces nor adds processes.
    process.kill(postmaster, 'SIGSTOP');
    this.frozen = [postmaster, ...childrenOf(postmaster)];
    this.signalFrozen('SIGSTOP');
  }

  thaw(): void {
    this.signalFrozen('SIGCONT');
    this.frozen = [];
  }

  async stop(): Promise<void> {
    this.thaw();
    await this.embedded.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private signalFrozen(signal: NodeJS.Signals): void {
    for (const pid of this.frozen) {
      try {
        process.kill(pid, signal);
      } catch {
        // The process has exited in the meantime.
      }
    }
  }
}

function childrenOf(parent: number): number[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const pairs = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  return pairs.filter(([, ppid]) => ppid === parent).map(([pid]) => Number(pid));
}
