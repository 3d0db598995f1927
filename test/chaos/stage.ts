import { parseEnvironment, type Sql } from '@app/runtime';
import { createSql } from '@app/runtime/testing';
import { spawnApp, type SpawnedApp } from '../support/apps';
import { TestInbox } from '../support/inbox';
import { TcpProxy } from '../support/proxy';
import { TestRedis } from '../support/redis';
import { WebhookReceiver } from '../support/webhook-receiver';
import { Ledger } from './ledger';
import { Load } from './load';
import { PrivatePostgres } from './private-postgres';

interface Parts {
  readonly postgres: PrivatePostgres;
  readonly redis: TestRedis;
  readonly toPostgres: TcpProxy;
}

/** The service with breakable dependencies of its own, each behind a breakable proxy. */
export class Stage {
  private constructor(
    readonly postgres: PrivatePostgres,
    readonly redis: TestRedis,
    readonly inbox: TestInbox,
    readonly receiver: WebhookReceiver,
    readonly toPostgres: TcpProxy,
    readonly toRedis: TcpProxy,
    readonly toInbox: TcpProxy,
    /** Connections of the test itself, which bypass the faults. */
    readonly toObservedPostgres: TcpProxy,
    readonly sql: Sql,
    readonly ledger: Ledger,
    readonly env: NodeJS.ProcessEnv,
    public api: SpawnedApp,
    public worker: SpawnedApp,
  ) {}

  /** @param adapt returns differing variables once the dependencies exist */
  static async start(
    adapt: (parts: Parts) => NodeJS.ProcessEnv | Promise<NodeJS.ProcessEnv> = () => ({}),
  ): Promise<Stage> {
    const [postgres, redis, inbox, receiver] = await Promise.all([
      PrivatePostgres.start(),
      TestRedis.start(),
      TestInbox.start(),
      // One fault changes the clocks of the service, so no signature would be valid.
      WebhookReceiver.start(false),
    ]);
    const [toPostgres, toRedis, toInbox, toObservedPostgres] = (await Promise.all(
      [postgres, redis, inbox, postgres].map(({ port }) => TcpProxy.start(port)),
    )) as [TcpProxy, TcpProxy, TcpProxy, TcpProxy];
    if ((await postgres.migrate()) !== 0) throw new Error('The migrations failed');
    const env = {
      ...postgres.env(toPostgres.port),
      ...redis.env,
      REDIS_PORT: String(toRedis.port),
      ...inbox.env,
      ...receiver.env,
      SMTP_PORT: String(toInbox.port),
      BCRYPT_COST: '4',
      ENABLE_RATE_LIMITING: 'false',
      LOG_LEVEL: 'info',
      ...(await adapt({ postgres, redis, toPostgres })),
    };
    const sql = createSql(parseEnvironment(postgres.env(toObservedPostgres.port)));
    const ledger = new Ledger(sql, inbox, receiver);
    const [api, worker] = await Promise.all([spawnApp('api', env), spawnApp('mailer-worker', env)]);
    return new Stage(
      postgres,
      redis,
      inbox,
      receiver,
      toPostgres,
      toRedis,
      toInbox,
      toObservedPostgres,
      sql,
      ledger,
      env,
      api,
      worker,
    );
  }

  load(): Load {
    return new Load(() => this.api.url, this.ledger);
  }

  /** Kills the api and starts another one. */
  async replaceApi(): Promise<void> {
    this.api.child.kill();
    await this.api.child.exit();
    this.api = await spawnApp('api', this.env);
  }

  /** The same for the worker. */
  async replaceWorker(): Promise<void> {
    this.worker.child.kill();
    await this.worker.child.exit();
    this.worker = await spawnApp('mailer-worker', this.env);
  }

  async stop(): Promise<void> {
    await Promise.all([this.api.stop(), this.worker.stop()]);
    await this.sql.end({ timeout: 1 });
    for (const proxy of [this.toPostgres, this.toRedis, this.toInbox, this.toObservedPostgres]) proxy.stop();
    await Promise.all([this.inbox.down(), this.receiver.down(), this.redis.stop(), this.postgres.stop()]);
  }
}
