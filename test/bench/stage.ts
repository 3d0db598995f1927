import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { TestServer } from '../support/postgres-server';
import { spawnApp, type SpawnedApp } from '../support/apps';
import { TestRedis } from '../support/redis';
import { HttpLoad } from './http-load';

/** High enough for any load: the limits are checked as always, and never refuse. */
const HIGH_LIMITS = {
  RATE_LIMIT_CLIENT_PER_MINUTE: '10000000',
  RATE_LIMIT_CREDENTIALS_PER_MINUTE: '1000000',
  RATE_LIMIT_GLOBAL_PER_MINUTE: '10000000',
  RATE_LIMIT_REGISTRATION_PER_HOUR: '1000000',
  RATE_LIMIT_ACTIVATION_PER_MINUTE: '1000000',
};

export interface RunningApi extends SpawnedApp {
  readonly load: HttpLoad;
}

/** The servers of every measurement: the run's own PostgreSQL and Redis, on the loopback interface. */
export class Stage {
  private constructor(
    readonly full: boolean,
    /** Rounds of a measurement. */
    readonly rounds: number,
    private readonly server: TestServer,
    readonly redis: TestRedis,
    readonly database: TestDatabase,
    /** The checkout whose build is measured. */
    readonly checkout: string,
  ) {}

  static async start(full: boolean, rounds: number): Promise<Stage> {
    const server = await TestServer.start();
    process.env['TEST_DATABASE'] = JSON.stringify(server.address);
    const redis = await TestRedis.start();
    return new Stage(full, rounds, server, redis, await createDatabase(), '.');
  }

  /** For the build of another checkout: its own Redis and its own database, with its own schema. */
  async forCheckout(checkout: string): Promise<Stage> {
    const database = await createDatabase({ empty: true });
    const redis = await TestRedis.start();
    await promisify(execFile)(
      process.execPath,
      [path.join(checkout, 'dist/apps/cli/src/main.js'), 'db', 'migrate'],
      { env: { PATH: process.env['PATH'], ...database.env, ...redis.env }, cwd: tmpdir() },
    );
    return new Stage(this.full, this.rounds, this.server, redis, database, checkout);
  }

  /** The quick form's size, or the full one's. */
  size(short: number, full: number): number {
    return this.full ? full : short;
  }

  get env(): NodeJS.ProcessEnv {
    return {
      ...this.database.env,
      ...this.redis.env,
      ...HIGH_LIMITS,
      LOG_LEVEL: 'info',
      NODE_ENV: 'test',
    };
  }

  /** Runs an api in Redis mode during the work. */
  async withApi<T>(env: NodeJS.ProcessEnv, work: (api: RunningApi) => Promise<T>): Promise<T> {
    const api = await this.spawn('api', env);
    const load = new HttpLoad(api.url);
    try {
      return await work({ ...api, load });
    } finally {
      load.close();
      await api.stop();
    }
  }

  /** Runs a program in Redis mode, unless the environment says otherwise. */
  spawn(name: 'api' | 'mailer-worker', env: NodeJS.ProcessEnv): Promise<SpawnedApp> {
    return spawnApp(name, { ...this.env, ...env }, '/readyz', this.checkout);
  }

  /** The postmaster's process. */
  get postgresPid(): number | undefined {
    return this.server.pid;
  }

  /** Keeps the PostgreSQL server running, because other stages may share it. */
  async close(): Promise<void> {
    await this.database.drop();
    await this.redis.stop();
  }

  async stop(): Promise<void> {
    await this.close();
    await this.server.stop();
  }
}
