import { BullModule } from '@nestjs/bullmq';
import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { HASH_TAGS, hasRedis, type Environment } from '@app/runtime';
import { bullMqConnection } from './adapters/bullmq-connection';
import { NotifyDoorbell } from './adapters/notify-doorbell';
import { PostgresWorkerHeartbeats } from './adapters/postgres-worker-heartbeats';
import { RedisDoorbell } from './adapters/redis-doorbell';
import { Doorbell, DOORBELL_QUEUE } from './domain/doorbell';
import { WorkerHeartbeats } from './domain/worker-heartbeats';

/** What the command line needs of it. */
export const WORKER_HEARTBEATS: Provider = { provide: WorkerHeartbeats, useClass: PostgresWorkerHeartbeats };

/** Doorbell → a BullMQ job in Redis, or NOTIFY of PostgreSQL in one-node mode; WorkerHeartbeats → PostgreSQL. */
@Module({})
export class OwedWorkModule {
  static forRoot(environment: Environment): DynamicModule {
    const redis = hasRedis(environment);
    return {
      module: OwedWorkModule,
      global: true,
      imports: redis
        ? [
            BullModule.forRoot({
              connection: bullMqConnection(environment),
              prefix: `${environment.REDIS_KEY_PREFIX}:${HASH_TAGS.doorbell}`,
            }),
            BullModule.registerQueue({ name: DOORBELL_QUEUE }),
          ]
        : [],
      providers: [{ provide: Doorbell, useClass: redis ? RedisDoorbell : NotifyDoorbell }, WORKER_HEARTBEATS],
      exports: [Doorbell, WorkerHeartbeats],
    };
  }
}
