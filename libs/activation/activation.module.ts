import { Module, type Provider } from '@nestjs/common';
import { MailModule } from '@app/mail';
import { Environment } from '@app/runtime';
import { PostgresActivationRepository } from './adapters/postgres-activation-repository';
import { PostgresExpiredRegistrations } from './adapters/postgres-expired-registrations';
import { PostgresOwedMailAdministration } from './adapters/postgres-owed-mail-administration';
import { PostgresOwedMailRepository } from './adapters/postgres-owed-mail-repository';
import { CodeDeriver } from './domain/activation-code';
import { ActivationRepository } from './domain/activation-repository';
import { OwedMailAdministration } from './domain/owed-mail-administration';
import { OwedMailRepository } from './domain/owed-mail-repository';
import { ExpiredRegistrations } from './domain/purge';
import { RequestDigester } from './domain/request-digest';
import { ActivateAccount } from './use-cases/activate-account';
import { IssueNewCode } from './use-cases/issue-new-code';
import { PurgeExpiredRegistrations } from './use-cases/purge-expired-registrations';

/** Providers that work on rows and need only PostgreSQL. */
export const ROW_PROVIDERS: Provider[] = [
  { provide: ActivationRepository, useClass: PostgresActivationRepository },
  { provide: OwedMailRepository, useClass: PostgresOwedMailRepository },
  { provide: OwedMailAdministration, useClass: PostgresOwedMailAdministration },
  { provide: ExpiredRegistrations, useClass: PostgresExpiredRegistrations },
  PurgeExpiredRegistrations,
];

export const CODE_DERIVER: Provider = {
  provide: CodeDeriver,
  inject: [Environment],
  useFactory: ({ SECRET_KEY, SECRET_KEY_PREVIOUS }: Environment) =>
    new CodeDeriver(SECRET_KEY, SECRET_KEY_PREVIOUS),
};

/** Use cases for activation codes. SendOwedMail, in the worker, sends the mails that contain them. */
@Module({
  imports: [MailModule],
  providers: [
    ...ROW_PROVIDERS,
    CODE_DERIVER,
    {
      provide: RequestDigester,
      inject: [Environment],
      useFactory: ({ SECRET_KEY }: Environment) => new RequestDigester(SECRET_KEY),
    },
    ActivateAccount,
    IssueNewCode,
  ],
  exports: [
    MailModule,
    ExpiredRegistrations,
    OwedMailAdministration,
    OwedMailRepository,
    CodeDeriver,
    RequestDigester,
    PurgeExpiredRegistrations,
    ActivateAccount,
    IssueNewCode,
  ],
})
export class ActivationModule {}
