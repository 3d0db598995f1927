import { BullModule } from '@nestjs/bullmq';
import { Module, type DynamicModule } from '@nestjs/common';
import { ActivationModule, SendOwedMail } from '@app/activation';
import { DeliverEvents, EventsModule } from '@app/events';
import { SmtpModule } from '@app/mail/smtp';
import { MetricsModule, ScrapeController } from '@app/metrics';
import { OwedWorkModule } from '@app/owed-work';
import { bullMqOptions } from '@app/owed-work/bullmq';
import { hasRedis, type Environment } from '@app/runtime';
import { ProbesController, RuntimeModule } from '@app/runtime/server';
import { DoorbellListener } from './doorbell.listener';
import { DoorbellProcessor } from './doorbell.processor';
import { Heartbeat } from './heartbeat';
import { MailServerGreeter } from './mail-server.greeter';
import { Observers } from './observers';
import { Purger } from './purger';
import { Sequencing } from './sequencing';
import { Sweep } from './sweep';

/** The composition root of the mailer-worker. */
@Module({})
export class AppModule {
  static forEnvironment(environment: Environment): DynamicModule {
    const withRedis = hasRedis(environment);
    return {
      module: AppModule,
      imports: [
        RuntimeModule.forRoot('mailer-worker', environment),
        MetricsModule,
        OwedWorkModule.forRoot(environment),
        // No queue is registered, because a processor needs only the connection.
        ...(withRedis ? [BullModule.forRoot(bullMqOptions(environment)), BullModule.registerQueue()] : []),
        ActivationModule,
        SmtpModule.forRoot(environment),
        EventsModule,
      ],
      controllers: [ProbesController, ScrapeController],
      providers: [
        SendOwedMail,
        DeliverEvents,
        Sweep,
        withRedis ? DoorbellProcessor : DoorbellListener,
        Heartbeat,
        MailServerGreeter,
        Observers,
        Purger,
        Sequencing,
      ],
    };
  }
}
