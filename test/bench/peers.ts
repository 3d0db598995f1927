import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ThrottlerStorage } from '@nestjs/throttler';
import type { Redis, RedisOptions } from 'ioredis';
import { MailTemplates } from '@app/mail/smtp';
import { parseEnvironment } from '@app/runtime';
import { Child } from '../../tools/processes/child';
import { createDatabase } from '../support/postgres';
import { until } from '../support/until';
import { HttpLoad, type Call } from './http-load';
import { PASSWORD, signUp } from './people';

/** Other packages for the same work. They have their own lock file, and are installed when they are first used. */
const FOLDER = path.resolve('test/bench/peers');

async function install(): Promise<void> {
  if (existsSync(path.join(FOLDER, 'node_modules'))) return;
  // It uses the project's Nest, which is newer than the storage package declares.
  const options = ['--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund'];
  await promisify(execFile)('npm', ['ci', ...options], { cwd: FOLDER });
}

export interface BetterAuth {
  readonly load: HttpLoad;
  readonly pid: number | undefined;
  readonly stop: () => Promise<void>;
}

/** Starts better-auth on its own database. @param cost of bcrypt; 0 for no hash at all */
export async function startBetterAuth(redisPort: number, cost: number): Promise<BetterAuth> {
  await install();
  const own = await createDatabase({ empty: true });
  const { environment } = own;
  const database = {
    host: environment.DATABASE_HOST,
    port: environment.DATABASE_PORT,
    database: environment.DATABASE_NAME,
    user: environment.DATABASE_USER,
    password: environment.DATABASE_PASSWORD,
  };
  let port = 0;
  const child = new Child('better-auth', {
    command: process.execPath,
    args: [
      path.join(FOLDER, 'better-auth.mjs'),
      JSON.stringify({ cost, database, redis: { port: redisPort } }),
    ],
    env: { PATH: process.env['PATH'], UV_THREADPOOL_SIZE: String(availableParallelism() + 2) },
    lastSignal: 'KILL',
    onLine: (line) => {
      if (line.startsWith('{"port"')) ({ port } = JSON.parse(line) as { port: number });
    },
  });
  await until('better-auth listens', () => {
    if (!child.running) throw new Error(`better-auth ended:\n${child.tail.join('\n')}`);
    return port > 0;
  });
  const load = new HttpLoad(`http://127.0.0.1:${port}`);
  return {
    load,
    pid: child.pid,
    stop: async () => {
      load.close();
      await child.stop(2_000);
      await own.drop();
    },
  };
}

/** The same sign-ups as ours, with better-auth. */
export const signUpsWithBetterAuth = (count: number): Call[] =>
  Array.from({ length: count }, () => {
    const { email } = signUp().body as { email: string };
    return {
      method: 'POST',
      path: '/api/auth/sign-up/email',
      body: { name: 'Person', email, password: PASSWORD },
    };
  });

/** The storage that `@nestjs/throttler`'s documentation recommends for Redis. */
export async function peerThrottlerStorage(redis: Redis): Promise<ThrottlerStorage> {
  await install();
  const { ThrottlerStorageRedisService: Storage } = createRequire(`${FOLDER}/`)(
    '@nest-lab/throttler-storage-redis',
  ) as { ThrottlerStorageRedisService: new (options: RedisOptions) => ThrottlerStorage };
  // It recognizes only clients of its own ioredis when it is made.
  return Object.assign(new Storage({ lazyConnect: true }), { redis });
}

/** Debian's own Python, because the package manager installs Celery for it. */
const PYTHON = '/usr/bin/python3';

export interface CeleryMails {
  readonly redis: number;
  readonly smtp: number;
  readonly count: number;
}

/** Queues mails for Celery; resolves to the worker that sends them. */
export async function celeryMails(mails: CeleryMails, processes: number): Promise<Child> {
  const templates = new MailTemplates(parseEnvironment({ APP_NAME: 'Bench' }));
  const mail = templates.render({ kind: 'activation_code', code: '1234', expiresInSeconds: 60 }, 'en');
  const env = {
    PATH: process.env['PATH'],
    PYTHONDONTWRITEBYTECODE: '1',
    C_FORCE_ROOT: 'true',
    BENCH: JSON.stringify({ ...mails, ...mail }),
  };
  const python = (name: string, args: string[]): Child =>
    new Child(name, { command: PYTHON, args, env, cwd: FOLDER, lastSignal: 'KILL' });
  const publisher = python('celery publisher', ['celery_mails.py']);
  if ((await publisher.exit()) !== 0) {
    const hint = 'run `apt-get install python3-celery python3-redis`';
    throw new Error(`Celery does not run (${hint}):\n${publisher.tail.join('\n')}`);
  }
  const options = ['--concurrency', String(processes), '--loglevel', 'ERROR'];
  return python('celery', ['-m', 'celery', '-A', 'celery_mails', 'worker', ...options]);
}
