import { BullModule, getQueueToken } from '@nestjs/bullmq';
import { Module, type DynamicModule } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { DATABASE_TIMEOUT_MS, Environment, HASH_TAGS, hasRedis, REDIS_TIMEOUT_MS } from '@app/runtime';
import { chooseQueueBackend } from './adapters/bullmq-backend';
import { BullMqMailQueue, MAIL_QUEUE_NAME } from './adapters/bullmq-mail-queue';
import { MailQueueIndicator, SmtpIndicator } from './adapters/mail-indicators';
import { MailQueue } from './domain/mail-queue';
import { SmtpModule } from './smtp.module';

/** MailQueue → BullMQ (on Redis, or on PostgreSQL in one-node mode). The rest is SmtpModule's. */
@Module({})
export class MailModule {
  static forApp(environment: Environment): DynamicModule {
    const timeoutMs = hasRedis(environment) ? REDIS_TIMEOUT_MS : DATABASE_TIMEOUT_MS;
    return {
      module: MailModule,
      imports: [
        BullModule.forRoot({
          connection: chooseQueueBackend(environment),
          prefix: `${environment.REDIS_KEY_PREFIX}:${HASH_TAGS.mail}`,
        }),
        BullModule.registerQueue({ name: MAIL_QUEUE_NAME }),
        SmtpModule.forRoot(environment),
      ],
      providers: [
        {
          provide: MailQueue,
          inject: [getQueueToken(MAIL_QUEUE_NAME)],
          useFactory: (queue: Queue) => new BullMqMailQueue(queue, timeoutMs),
        },
        MailQueueIndicator,
        SmtpIndicator,
      ],
      exports: [SmtpModule, MailQueue, MailQueueIndicator, SmtpIndicator],
    };
  }
}
