import {
  Global,
  Inject,
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { Environment } from './config/environment';
import { DatabaseIndicator, RedisIndicator } from './health/health';
import { createLogger, Logger } from './logging/logger';
import { createSql, SILENCE_MAX_MS, Sql } from './postgres/sql';
import { hasRedis } from './redis/address';
import { createRedis, Redis } from './redis/redis';
import { Lifecycle } from './lifecycle/shutdown';
import { startTracing, Tracing } from './tracing/exporter';
import { Warnings } from './health/warnings';

/**
 * The foundation of every app: configuration, logging, PostgreSQL, Redis, and their health. It is global: a module
 * that needs `Environment` injects it, and none takes the configuration as an argument. Pools close last, after the
 * requests in flight.
 */
@Global()
@Module({})
export class RuntimeModule implements OnApplicationShutdown {
  constructor(
    @Inject(Sql) private readonly sql: Sql,
    @Inject(Redis) private readonly redis: Redis | null,
    @Inject(Tracing) private readonly tracing: Tracing,
  ) {}

  /** @param app name of the app in log lines and traces */
  static forRoot(app: string, environment: Environment): DynamicModule {
    const providers: Provider[] = [
      { provide: Environment, useValue: environment },
      Lifecycle,
      DatabaseIndicator,
      RedisIndicator,
      Warnings,
      { provide: Logger, useFactory: () => createLogger({ level: environment.LOG_LEVEL, app }) },
      {
        provide: Sql,
        inject: [Logger],
        useFactory: (logger: Logger) =>
          createSql(environment, (notice) => logger.debug(notice), SILENCE_MAX_MS),
      },
      {
        provide: Tracing,
        inject: [Logger],
        useFactory: (logger: Logger) => startTracing(app, environment, logger),
      },
      {
        provide: Redis,
        inject: [Logger],
        useFactory: (logger: Logger) => (hasRedis(environment) ? createRedis(environment, logger) : null),
      },
    ];
    return {
      module: RuntimeModule,
      imports: [TerminusModule.forRoot({ logger: false })],
      providers,
      exports: [TerminusModule, ...providers],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    this.redis?.disconnect();
    // Sends the remaining spans.
    const spansSent = this.tracing?.shutdown().catch(() => {});
    await Promise.all([this.sql.end({ timeout: 2 }), spansSent]);
  }
}
