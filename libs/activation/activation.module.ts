import { Module, type DynamicModule } from '@nestjs/common';
import { MailModule } from '@app/mail';
import { Environment } from '@app/runtime';
import { PostgresActivationRepository } from './adapters/postgres-activation-repository';
import { PostgresDeadRegistrations } from './adapters/postgres-dead-registrations';
import { PostgresOwedMailRepository } from './adapters/postgres-owed-mail-repository';
import { CodeDeriver } from './domain/activation-code';
import { ActivationRepository } from './domain/activation-repository';
import { OwedMailRepository } from './domain/owed-mail-repository';
import { DeadRegistrations } from './domain/purge';
import { ActivateAccount } from './use-cases/activate-account';
import { IssueNewCode } from './use-cases/issue-new-code';
import { PurgeDeadRegistrations } from './use-cases/purge-dead-registrations';
import { SendOwedMail } from './use-cases/send-owed-mail';

/** ActivationRepository, OwedMailRepository, DeadRegistrations → PostgreSQL. */
@Module({})
export class ActivationModule {
  static forApp(environment: Environment): DynamicModule {
    const useCases = [ActivateAccount, IssueNewCode, PurgeDeadRegistrations, SendOwedMail];
    return {
      module: ActivationModule,
      imports: [MailModule.forApp(environment)],
      providers: [
        { provide: ActivationRepository, useClass: PostgresActivationRepository },
        { provide: OwedMailRepository, useClass: PostgresOwedMailRepository },
        { provide: DeadRegistrations, useClass: PostgresDeadRegistrations },
        {
          provide: CodeDeriver,
          useFactory: () =>
            new CodeDeriver(environment.SECRET_KEY, environment.SECRET_KEY_PREVIOUS || undefined),
        },
        ...useCases,
      ],
      exports: [MailModule, DeadRegistrations, OwedMailRepository, ...useCases],
    };
  }
}
