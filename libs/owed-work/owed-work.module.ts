import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { hasRedis, type Environment } from '@app/runtime';
import { NotifyDoorbell } from './adapters/notify-doorbell';
import { PostgresWorkerHeartbeats } from './adapters/postgres-worker-heartbeats';
import { Doorbell } from './domain/doorbell';
import { WorkerHeartbeats } from './domain/worker-heartbeats';

/** The part that the command line needs. */
export const WORKER_HEARTBEATS: Provider = { provide: WorkerHeartbeats, useClass: PostgresWorkerHeartbeats };

/** Doorbell → a BullMQ job in Redis, or NOTIFY of PostgreSQL in one-node mode; WorkerHeartbeats → PostgreSQL. */
@Module({})
export class OwedWorkModule {
  static async forRoot(environment: Environment): Promise<DynamicModule> {
    const common = { module: OwedWorkModule, global: true };
    if (!hasRedis(environment)) {
      const notify = { provide: Doorbell, useClass: NotifyDoorbell };
      return { ...common, providers: [notify, WORKER_HEARTBEATS], exports: [Doorbell, WorkerHeartbeats] };
    }
    // BullMQ is loaded only with Redis: it is a fifth of what the api loads.
    const { RedisDoorbellModule } = await import('./adapters/redis-doorbell.module.js');
    return {
      ...common,
      imports: [RedisDoorbellModule.forRoot(environment)],
      providers: [WORKER_HEARTBEATS],
      exports: [RedisDoorbellModule, WorkerHeartbeats],
    };
  }
}
