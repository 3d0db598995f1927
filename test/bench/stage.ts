import { createDatabase, type TestDatabase } from '../support/postgres';
import { TestServer } from '../support/postgres-server';
import { spawnApp, type SpawnedApp } from '../support/apps';
import { TestRedis } from '../support/redis';
import { HttpLoad } from './http-load';

/** Room for any load: the limits are checked as always, and never refuse. */
const LIMITS_OUT_OF_THE_WAY = {
  RATE_LIMIT_CLIENT_PER_MINUTE: '10000000',
  RATE_LIMIT_CREDENTIALS_PER_MINUTE: '1000000',
  RATE_LIMIT_GLOBAL_PER_MINUTE: '10000000',
  RATE_LIMIT_REGISTRATION_PER_HOUR: '1000000',
  RATE_LIMIT_ACTIVATION_PER_MINUTE: '1000000',
};

export interface RunningApi extends SpawnedApp {
  readonly load: HttpLoad;
}

/** What every measurement works on: a PostgreSQL and a Redis of the run's own, on the loopback interface. */
export class Stage {
  private constructor(
    readonly full: boolean,
    private readonly server: TestServer,
    readonly redis: TestRedis,
    readonly database: TestDatabase,
  ) {}

  static async start(full: boolean): Promise<Stage> {
    const server = await TestServer.start();
    process.env['TEST_DATABASE'] = JSON.stringify(server.address);
    const redis = await TestRedis.start();
    return new Stage(full, server, redis, await createDatabase());
  }

  /** Rounds of a measurement. */
  get rounds(): number {
    return this.full ? 7 : 3;
  }

  /** The quick form's size, or the full one's. */
  size(short: number, full: number): number {
    return this.full ? full : short;
  }

  get env(): NodeJS.ProcessEnv {
    return {
      ...this.database.env,
      ...this.redis.env,
      ...LIMITS_OUT_OF_THE_WAY,
      LOG_LEVEL: 'info',
      NODE_ENV: 'test',
    };
  }

  /** Runs an api in Redis mode while the work lasts. */
  async withApi<T>(env: NodeJS.ProcessEnv, work: (api: RunningApi) => Promise<T>): Promise<T> {
    const api = await spawnApp('api', { ...this.env, ...env });
    const load = new HttpLoad(api.url);
    try {
      return await work({ ...api, load });
    } finally {
      load.close();
      await api.stop();
    }
  }

  /** The postmaster's process. */
  get postgresPid(): number | undefined {
    return this.server.pid;
  }

  async stop(): Promise<void> {
    await this.database.drop();
    await this.redis.stop();
    await this.server.stop();
  }
}
