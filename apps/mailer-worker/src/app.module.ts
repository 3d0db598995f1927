import { Module, type DynamicModule } from '@nestjs/common';
import { ActivationModule } from '@app/activation';
import { MetricsModule, ScrapeController } from '@app/metrics';
import { ProbesController, RuntimeModule, type Environment } from '@app/runtime';
import { MailProcessor } from './mail.processor';
import { Observers } from './observers';
import { Purger } from './purger';
import { Reconciler } from './reconciler';

/** The composition root of the mailer-worker. */
@Module({})
export class AppModule {
  static forEnvironment(environment: Environment): DynamicModule {
    return {
      module: AppModule,
      imports: [
        RuntimeModule.forRoot('mailer-worker', environment),
        MetricsModule,
        ActivationModule.forApp(environment),
      ],
      controllers: [ProbesController, ScrapeController],
      providers: [MailProcessor, Observers, Purger, Reconciler],
    };
  }
}
