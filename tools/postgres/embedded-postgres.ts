import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import postgres from 'postgres';
import { Child } from '../processes/child';
import { stopOrphan } from './orphan';
import { findPlace, makeDirectory, type Place } from './place';

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 30_000;
/** A standby accepts only read-only connections. */
const READY = /database system is ready to accept (read-only )?connections/;

export interface EmbeddedPostgresOptions {
  /** The directory of its files; created if missing. */
  readonly directory: string;
  /** Where programs and files go if we are root and an unprivileged user cannot access the directory. */
  readonly alternative: string;
  readonly port: number;
  readonly password: string;
  /** Settings such as `fsync=off`; for tests only. */
  readonly settings?: readonly string[];
}

/** Our own PostgreSQL from the binaries in the registry, on the loopback interface. Also works as root. */
export class EmbeddedPostgres {
  static readonly user = 'user_registration';
  /** The running server. */
  server: Child | undefined;

  constructor(private readonly options: EmbeddedPostgresOptions) {}

  /** @throws {Error} with the server's last lines, if it does not start */
  async start(): Promise<void> {
    const place = findPlace(this.options.directory, this.options.alternative);
    await stopOrphan(place.directory);
    if (!existsSync(path.join(place.directory, 'PG_VERSION'))) this.initialize(place);
    await this.run(place);
  }

  async createDatabase(name: string): Promise<void> {
    const sql = postgres({
      host: '127.0.0.1',
      port: this.options.port,
      user: EmbeddedPostgres.user,
      password: this.options.password,
      database: 'postgres',
      max: 1,
    });
    try {
      const [found] = await sql`select 1 from pg_database where datname = ${name}`;
      if (found === undefined) await sql`create database ${sql(name)}`;
    } finally {
      await sql.end();
    }
  }

  /** Fast shutdown: open transactions are rolled back, everything committed is kept. */
  async stop(): Promise<void> {
    await this.server?.stop(STOP_TIMEOUT_MS, 'SIGINT');
  }

  private initialize({ initdb, directory, user }: Place): void {
    // Under another name until it is complete: a killed initdb leaves half a cluster.
    const fresh = `${directory}.new`;
    const passwordFile = `${directory}.password`;
    const args = [
      `--pgdata=${fresh}`,
      `--username=${EmbeddedPostgres.user}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // The builtin provider sorts identically on every system, whatever its C library is.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ];
    try {
      rmSync(fresh, { recursive: true, force: true });
      makeDirectory(fresh, user);
      writeFileSync(passwordFile, `${this.options.password}\n`, { mode: 0o600 });
      if (user !== undefined) chownSync(passwordFile, user.uid, user.gid);
      const { status, stderr, error } = spawnSync(initdb, args, {
        encoding: 'utf8',
        cwd: '/',
        env: cleanEnvironment(),
        ...user,
      });
      if (status !== 0) throw new Error(`initdb failed: ${stderr || String(error)}`);
      renameSync(fresh, directory);
    } finally {
      rmSync(passwordFile, { force: true });
    }
  }

  private async run({ postgres: program, directory, user }: Place): Promise<void> {
    const settings = [
      `port=${this.options.port}`,
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'max_connections=200',
      'timezone=UTC',
      'log_timezone=UTC',
      ...(this.options.settings ?? []),
    ];
    await new Promise<void>((resolve, reject) => {
      const server = new Child('postgres', {
        command: program,
        args: ['-D', directory, ...settings.flatMap((setting) => ['-c', setting])],
        env: cleanEnvironment(),
        cwd: '/',
        // PostgreSQL's fast shutdown.
        lastSignal: 'INT',
        onLine: (line) => {
          if (READY.test(line)) resolve();
        },
        ...(user === undefined ? {} : { user }),
      });
      this.server = server;
      const fail = (why: string): void => reject(new Error(`PostgreSQL ${why}:\n${server.tail.join('\n')}`));
      const deadline = setTimeout(() => fail('did not start in time'), START_TIMEOUT_MS);
      deadline.unref();
      void server.exit().then(() => fail('did not start'));
    });
  }
}

/** Without the caller's `PGDATA`, `PGPORT` and the like; messages in English, because we parse them. */
const cleanEnvironment = (): NodeJS.ProcessEnv => ({ PATH: process.env['PATH'], LC_ALL: 'C' });
