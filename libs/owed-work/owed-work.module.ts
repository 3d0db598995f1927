import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { hasRedis, type Environment } from '@app/runtime';
import { NotifyDoorbell } from './adapters/notify-doorbell';
import { PostgresWorkerHeartbeats } from './adapters/postgres-worker-heartbeats';
import { RedisDoorbell } from './adapters/redis-doorbell';
import { Doorbell } from './domain/doorbell';
import { WorkerHeartbeats } from './domain/worker-heartbeats';

/** The part that the command line needs. */
export const WORKER_HEARTBEATS: Provider = { provide: WorkerHeartbeats, useClass: PostgresWorkerHeartbeats };

/** Doorbell → a BullMQ job in Redis, or NOTIFY of PostgreSQL in one-node mode; WorkerHeartbeats → PostgreSQL. */
@Module({})
export class OwedWorkModule {
  static forRoot(environment: Environment): DynamicModule {
    const doorbell = hasRedis(environment) ? RedisDoorbell : NotifyDoorbell;
    return {
      module: OwedWorkModule,
      global: true,
      providers: [{ provide: Doorbell, useClass: doorbell }, WORKER_HEARTBEATS],
      exports: [Doorbell, WorkerHeartbeats],
    };
  }
}
