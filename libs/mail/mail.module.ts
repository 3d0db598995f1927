import { BullModule, getQueueToken } from '@nestjs/bullmq';
import { Module, type DynamicModule } from '@nestjs/common';
import { MailerModule, MailerService } from '@nestjs-modules/mailer';
import type { Queue } from 'bullmq';
import { DATABASE_TIMEOUT_MS, Environment, HASH_TAGS, hasRedis, REDIS_TIMEOUT_MS } from '@app/runtime';
import { chooseQueueBackend } from './adapters/bullmq-backend';
import { BullMqMailQueue, MAIL_QUEUE_NAME } from './adapters/bullmq-mail-queue';
import { MailQueueIndicator, SmtpIndicator } from './adapters/mail-indicators';
import { SmtpMailer } from './adapters/smtp-mailer';
import { smtpTransport } from './adapters/smtp-transport';
import { MailQueue } from './domain/mail-queue';
import { Mailer } from './domain/mailer';

/** MailQueue → BullMQ (on Redis, or on PostgreSQL in one-node mode); Mailer → SMTP. */
@Module({})
export class MailModule {
  static forApp(environment: Environment): DynamicModule {
    const timeoutMs = hasRedis(environment) ? REDIS_TIMEOUT_MS : DATABASE_TIMEOUT_MS;
    return {
      module: MailModule,
      imports: [
        BullModule.forRoot({ connection: chooseQueueBackend(environment), prefix: HASH_TAGS.mail }),
        BullModule.registerQueue({ name: MAIL_QUEUE_NAME }),
        MailerModule.forRoot(smtpTransport(environment)),
      ],
      providers: [
        {
          provide: MailQueue,
          inject: [getQueueToken(MAIL_QUEUE_NAME)],
          useFactory: (queue: Queue) => new BullMqMailQueue(queue, timeoutMs),
        },
        {
          provide: Mailer,
          inject: [MailerService],
          useFactory: (transport: MailerService) => new SmtpMailer(transport, environment),
        },
        MailQueueIndicator,
        SmtpIndicator,
      ],
      exports: [MailQueue, MailQueueIndicator, Mailer, SmtpIndicator],
    };
  }
}
