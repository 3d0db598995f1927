import { BullModule } from '@nestjs/bullmq';
import { Module, type DynamicModule } from '@nestjs/common';
import { hasRedis, type Environment } from '@app/runtime';
import { bullMqOptions } from './adapters/bullmq-queue';

/** Runs the processors of the doorbell's queue; nothing in one-node mode. */
@Module({})
export class BullMqModule {
  static forRoot(environment: Environment): DynamicModule {
    return {
      module: BullMqModule,
      // No queue is registered, because a processor needs only the connection.
      imports: hasRedis(environment)
        ? [BullModule.forRoot(bullMqOptions(environment)), BullModule.registerQueue()]
        : [],
    };
  }
}
