import { Module, type DynamicModule } from '@nestjs/common';
import type { Environment } from '@app/runtime';
import { SmtpIndicator } from './smtp.indicator';
import { SmtpModule } from './smtp.module';

/** What SmtpModule has, and whether it is healthy. */
@Module({})
export class MailModule {
  static forApp(environment: Environment): DynamicModule {
    return {
      module: MailModule,
      imports: [SmtpModule.forRoot(environment)],
      providers: [SmtpIndicator],
      exports: [SmtpModule, SmtpIndicator],
    };
  }
}
