import { tmpdir } from 'node:os';
import { Redis } from 'ioredis';
import { Child } from '../../tools/processes/child';
import { freePort } from '../../tools/processes/ports';
import { until } from './until';

/** A redis-server for the test, without persistence. */
export class TestRedis {
  private server: Child | undefined;

  private constructor(readonly port: number) {}

  /** @throws {Error} without a redis-server, because no test is skipped for it */
  static async start(...settings: string[]): Promise<TestRedis> {
    const redis = new TestRedis(await freePort());
    await redis.restart(...settings);
    return redis;
  }

  /** Variables that point an app to it. */
  get env(): NodeJS.ProcessEnv {
    return { REDIS_HOST: '127.0.0.1', REDIS_PORT: String(this.port) };
  }

  /** A client that waits and retries, for inspection; close it with `disconnect()`. */
  connect(): Redis {
    return new Redis({ host: '127.0.0.1', port: this.port });
  }

  /** Starts it on the same port, empty. */
  async restart(...settings: string[]): Promise<void> {
    const options = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    // It would load a dump that another Redis left in the directory.
    options.push('--dbfilename', `${this.port}.rdb`);
    const server = new Child('redis-server', {
      command: 'redis-server',
      args: [...options, ...settings],
      cwd: tmpdir(),
      lastSignal: 'KILL',
    });
    this.server = server;
    const probe = this.connect();
    probe.on('error', () => {});
    try {
      await until('redis-server answers', async () => {
        if (!server.running) {
          throw new Error(
            `redis-server does not start; \`make redis\` installs it.\n${server.tail.join('\n')}`,
          );
        }
        return (await probe.ping().catch(() => '')) === 'PONG';
      });
    } finally {
      probe.disconnect();
    }
  }

  /** Frozen: it keeps its connections and does not respond. */
  pause(): void {
    this.server?.signal('SIGSTOP');
  }

  resume(): void {
    this.server?.signal('SIGCONT');
  }

  /** Kills it, as in a crash. */
  async stop(): Promise<void> {
    this.server?.kill();
    await this.server?.exit();
  }

  get pid(): number | undefined {
    return this.server?.pid;
  }
}
