import { BullModule } from '@nestjs/bullmq';
import { Module, type DynamicModule } from '@nestjs/common';
import { HASH_TAGS, type Environment } from '@app/runtime';
import { Doorbell, DOORBELL_QUEUE } from '../domain/doorbell';
import { bullMqConnection } from './bullmq-connection';
import { RedisDoorbell } from './redis-doorbell';

/** Doorbell → a BullMQ job in Redis. */
@Module({})
export class RedisDoorbellModule {
  static forRoot(environment: Environment): DynamicModule {
    return {
      module: RedisDoorbellModule,
      imports: [
        BullModule.forRoot({
          connection: bullMqConnection(environment),
          prefix: `${environment.REDIS_KEY_PREFIX}:${HASH_TAGS.doorbell}`,
        }),
        BullModule.registerQueue({ name: DOORBELL_QUEUE }),
      ],
      providers: [{ provide: Doorbell, useClass: RedisDoorbell }],
      exports: [Doorbell],
    };
  }
}
