import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { dyingWithUs } from '../../tools/processes/wrap';
import { freePort } from '../../tools/processes/ports';
import { until } from './until';

/** A redis-server of the test's own, without persistence. */
export class TestRedis {
  private server: ChildProcess | undefined;

  private constructor(readonly port: number) {}

  /** @throws {Error} when there is no redis-server: a test is never skipped for it */
  static async start(...settings: string[]): Promise<TestRedis> {
    const redis = new TestRedis(await freePort());
    await redis.restart(...settings);
    return redis;
  }

  /** Variables that point an app to it. */
  get env(): NodeJS.ProcessEnv {
    return { REDIS_HOST: '127.0.0.1', REDIS_PORT: String(this.port) };
  }

  /** A client that waits and tries again, for looking into it; close it with `disconnect()`. */
  connect(): Redis {
    return new Redis({ host: '127.0.0.1', port: this.port });
  }

  /** Starts it on the same port, empty. */
  async restart(...settings: string[]): Promise<void> {
    const options = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    const wrapped = dyingWithUs('redis-server', [...options, ...settings], 'TERM');
    const server = spawn(wrapped.command, [...wrapped.args], { stdio: 'ignore' });
    let fault: Error | undefined;
    server.once('error', (error) => {
      fault = error;
    });
    this.server = server;
    const probe = this.connect();
    probe.on('error', () => {});
    try {
      await until('redis-server answers', async () => {
        if (fault !== undefined || server.exitCode !== null) {
          throw new Error('redis-server does not start; `make redis` installs it', { cause: fault });
        }
        return (await probe.ping().catch(() => '')) === 'PONG';
      });
    } finally {
      probe.disconnect();
    }
  }

  /** Frozen: it keeps its connections and answers nothing. */
  pause(): void {
    this.server?.kill('SIGSTOP');
  }

  resume(): void {
    this.server?.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    const server = this.server;
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  }
}
