import { BullModule } from '@nestjs/bullmq';
import { Module, type DynamicModule } from '@nestjs/common';
import { HASH_TAGS, hasRedis, type Environment } from '@app/runtime';
import { bullMqConnection } from './adapters/bullmq-connection';
import { NotifyDoorbell } from './adapters/notify-doorbell';
import { PostgresWorkerHeartbeats } from './adapters/postgres-worker-heartbeats';
import { DOORBELL_QUEUE, RedisDoorbell } from './adapters/redis-doorbell';
import { Doorbell } from './domain/doorbell';
import { WorkerHeartbeats } from './domain/worker-heartbeats';

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
      providers: [
        { provide: Doorbell, useClass: redis ? RedisDoorbell : NotifyDoorbell },
        { provide: WorkerHeartbeats, useClass: PostgresWorkerHeartbeats },
      ],
      exports: [Doorbell, WorkerHeartbeats],
    };
  }
}
