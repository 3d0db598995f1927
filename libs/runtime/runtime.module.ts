import {
  Global,
  Inject,
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
  type OnModuleInit,
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
import { startTracing, stopTracing } from './tracing/exporter';
import { Warnings } from './health/warnings';

const AppName = Symbol('app name');

/**
 * The foundation of every app: configuration, logging, PostgreSQL, Redis, and their health. It is global: a module
 * that needs `Environment` injects it, and none takes the configuration as an argument. Pools close last, after the
 * requests in flight.
 */
@Global()
@Module({})
export class RuntimeModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(Sql) private readonly sql: Sql,
    @Inject(Redis) private readonly redis: Redis | null,
    @Inject(AppName) private readonly app: string,
    @Inject(Environment) private readonly environment: Environment,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  /** @param app name of the app in log lines and traces */
  static forRoot(app: string, environment: Environment): DynamicModule {
    const providers: Provider[] = [
      { provide: Environment, useValue: environment },
      { provide: AppName, useValue: app },
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

  async onModuleInit(): Promise<void> {
    await startTracing(this.app, this.environment, this.logger);
  }

  async onApplicationShutdown(): Promise<void> {
    this.redis?.disconnect();
    await Promise.all([this.sql.end({ timeout: 2 }), stopTracing()]);
  }
}
