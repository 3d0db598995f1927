import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Child } from '../../tools/processes/child';
import { freePort } from '../../tools/processes/ports';
import { until } from '../support/until';

const UNPRIVILEGED_ID = 65_534;

/** PgBouncer in transaction mode, with fewer connections to PostgreSQL than the service has to it. */
export class PgBouncer {
  private constructor(
    private readonly child: Child,
    private readonly directory: string,
    readonly port: number,
    /** Whether it supports prepared statements, since 1.21. */
    readonly prepares: boolean,
  ) {}

  /**
   * @param env the variables that point to PostgreSQL
   * @throws {Error} without pgbouncer, because no fault is skipped for it
   */
  static async start(env: NodeJS.ProcessEnv): Promise<PgBouncer> {
    const { error, stdout } = spawnSync('pgbouncer', ['--version'], { encoding: 'utf8' });
    if (error !== undefined) {
      throw new Error('pgbouncer is missing: run `apt-get install pgbouncer`', { cause: error });
    }
    const [, major, minor] = /(\d+)\.(\d+)/.exec(stdout) ?? [];
    const prepares = Number(major) > 1 || Number(minor) >= 21;
    const directory = mkdtempSync(path.join(tmpdir(), 'faults-pgbouncer-'));
    chmodSync(directory, 0o755);
    const port = await freePort();
    const users = path.join(directory, 'users.txt');
    writeFileSync(users, `"${env['DATABASE_USER']}" "${env['DATABASE_PASSWORD']}"\n`);
    const configuration = path.join(directory, 'pgbouncer.ini');
    writeFileSync(
      configuration,
      [
        '[databases]',
        `* = host=${env['DATABASE_HOST']} port=${env['DATABASE_PORT']}`,
        '[pgbouncer]',
        'listen_addr = 127.0.0.1',
        `listen_port = ${port}`,
        'unix_socket_dir =',
        'auth_type = scram-sha-256',
        `auth_file = ${users}`,
        'pool_mode = transaction',
        'default_pool_size = 4',
        'max_client_conn = 200',
        // Seconds until PostgreSQL is contacted again after a refusal; the default of 15 is longer than our promise.
        'server_login_retry = 1',
        ...(prepares ? ['max_prepared_statements = 100'] : []),
        '',
      ].join('\n'),
    );
    // It refuses to run as root.
    const user = process.getuid?.() === 0 ? { user: { uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID } } : {};
    const child = new Child('pgbouncer', {
      command: 'pgbouncer',
      args: [configuration],
      cwd: directory,
      lastSignal: 'KILL',
      ...user,
    });
    const bouncer = new PgBouncer(child, directory, port, prepares);
    await until('pgbouncer listens', async () => {
      if (!child.running) throw new Error(`pgbouncer ended:\n${child.tail.join('\n')}`);
      return await listens(port);
    });
    return bouncer;
  }

  /** Variables that point an app to it. */
  get env(): NodeJS.ProcessEnv {
    return {
      DATABASE_PORT: String(this.port),
      ...(this.prepares ? {} : { DATABASE_PREPARE: 'false' }),
    };
  }

  async stop(): Promise<void> {
    this.child.kill();
    await this.child.exit();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

const listens = async (port: number): Promise<boolean> =>
  await new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
