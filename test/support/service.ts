import { spawnApp, type SpawnedApp } from './apps';
import { checkAnswer } from './document';
import { TestInbox } from './inbox';
import { createDatabase, type TestDatabase } from './postgres';
import { TestRedis } from './redis';

export type Mode = 'one-node' | 'redis';
export const MODES: readonly Mode[] = ['one-node', 'redis'];

/** A new database, mail server and, in Redis mode, Redis, and the variables that point an app to them. */
export class Stores {
  private constructor(
    readonly database: TestDatabase,
    readonly inbox: TestInbox,
    readonly redis: TestRedis | null,
    readonly env: NodeJS.ProcessEnv,
  ) {}

  /** @param env changes to the default of cheap hashing and no limits */
  static async start(mode: Mode, env: NodeJS.ProcessEnv = {}): Promise<Stores> {
    const [database, inbox, redis] = await Promise.all([
      createDatabase(),
      TestInbox.start(),
      mode === 'redis' ? TestRedis.start() : null,
    ]);
    return new Stores(database, inbox, redis, {
      ...database.env,
      ...inbox.env,
      ...redis?.env,
      BCRYPT_COST: '4',
      ENABLE_RATE_LIMITING: 'false',
      LOG_LEVEL: 'debug',
      ...env,
    });
  }

  async stop(): Promise<void> {
    await Promise.all([this.inbox.down(), this.redis?.stop(), this.database.drop()]);
  }
}

/** The whole service as separate processes, with stores of its own. */
export class Service {
  worker: SpawnedApp | undefined;

  private constructor(
    private readonly stores: Stores,
    readonly api: SpawnedApp,
  ) {}

  get database(): TestDatabase {
    return this.stores.database;
  }

  get inbox(): TestInbox {
    return this.stores.inbox;
  }

  get redis(): TestRedis | null {
    return this.stores.redis;
  }

  get env(): NodeJS.ProcessEnv {
    return this.stores.env;
  }

  /** @param env changes to the default of cheap hashing and no limits */
  static async start(mode: Mode, env: NodeJS.ProcessEnv = {}): Promise<Service> {
    const service = await Service.startApi(mode, env);
    await service.startWorker();
    return service;
  }

  /** For tests in which no mail is sent: a worker costs a second of processor time. */
  static async startApi(mode: Mode, env: NodeJS.ProcessEnv = {}): Promise<Service> {
    const stores = await Stores.start(mode, env);
    return new Service(stores, await spawnApp('api', stores.env));
  }

  async startWorker(): Promise<void> {
    this.worker = await spawnApp('mailer-worker', this.env);
  }

  async stopWorker(): Promise<void> {
    await this.worker?.stop();
    this.worker = undefined;
  }

  /** Kills the processes; the tests of shutdowns stop an app of their own. */
  async stop(): Promise<void> {
    await Promise.all([this.api.end(), this.worker?.end()]);
    await this.stores.stop();
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** Sends requests as clients do, and checks every response against docs/openapi.json. */
export class Client {
  constructor(readonly url: string) {}

  register(email: string, password: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.post('/api/v1/users/register', { email, password }, headers);
  }

  activate(
    email: string,
    password: string,
    code: string,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const credentials = basic(email, password);
    return this.post('/api/v1/users/activate', { activation_code: code }, { ...credentials, ...headers });
  }

  newCode(email: string, password: string, headers: Record<string, string> = {}): Promise<Answer> {
    const credentials = basic(email, password);
    return this.post('/api/v1/users/activation-codes', undefined, { ...credentials, ...headers });
  }

  me(email: string, password: string): Promise<Answer> {
    return this.get('/api/v1/users/me', basic(email, password));
  }

  deleteMe(email: string, password: string): Promise<Answer> {
    return this.send('DELETE', '/api/v1/users/me', basic(email, password), null);
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const json = body === undefined ? {} : { 'Content-Type': 'application/json' };
    return this.send('POST', path, { ...json, ...headers }, body === undefined ? null : JSON.stringify(body));
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('GET', path, headers, null);
  }

  async send(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: string | Uint8Array<ArrayBuffer> | null,
  ): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, { method, headers, body });
    const text = await response.text();
    checkAnswer(method, path, { status: response.status, headers: response.headers, text });
    return {
      status: response.status,
      headers: response.headers,
      body: (text.startsWith('{') ? JSON.parse(text) : { text }) as Record<string, unknown>,
    };
  }
}

export const basic = (email: string, password: string): Record<string, string> => ({
  Authorization: `Basic ${Buffer.from(`${email}:${password}`, 'utf8').toString('base64')}`,
});

/** Number of responses by status. */
export function tally(answers: readonly Answer[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
