import { Module, type DynamicModule } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { ActivationModule } from '@app/activation';
import { ProbesController, RuntimeModule, type Environment } from '@app/runtime';
import { MailProcessor } from './mail.processor';
import { Reconciler } from './reconciler';

/** The composition root of the mailer-worker. */
@Module({})
export class AppModule {
  static forEnvironment(environment: Environment): DynamicModule {
    return {
      module: AppModule,
      imports: [
        RuntimeModule.forApp('mailer-worker', environment),
        TerminusModule.forRoot({ logger: false }),
        ActivationModule.forApp(environment),
      ],
      controllers: [ProbesController],
      providers: [MailProcessor, Reconciler],
    };
  }
}
