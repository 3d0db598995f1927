import { Module } from '@nestjs/common';
import { CODE_DERIVER } from '@app/activation';
import { PostgresAccountAdministration } from './adapters/postgres-account-administration';
import { PostgresAccountDirectory } from './adapters/postgres-account-directory';
import { PostgresOperatorTrail } from './adapters/postgres-operator-trail';
import { PostgresSignUpStatistics } from './adapters/postgres-sign-up-statistics';
import { AccountAdministration } from './domain/account-administration';
import { AccountDirectory } from './domain/account-directory';
import { OperatorTrail } from './domain/operator-trail';
import { SignUpStatistics } from './domain/sign-up-statistics';
import { ADDRESS_DIGEST } from './users.module';
import { EraseAccounts } from './use-cases/erase-accounts';
import { FindAccount } from './use-cases/find-account';
import { ImportAccounts } from './use-cases/import-accounts';

/** AccountDirectory, OperatorTrail, AccountAdministration, SignUpStatistics → PostgreSQL. For the command line only. */
@Module({
  providers: [
    { provide: AccountDirectory, useClass: PostgresAccountDirectory },
    { provide: AccountAdministration, useClass: PostgresAccountAdministration },
    { provide: OperatorTrail, useClass: PostgresOperatorTrail },
    { provide: SignUpStatistics, useClass: PostgresSignUpStatistics },
    ADDRESS_DIGEST,
    CODE_DERIVER,
    EraseAccounts,
    FindAccount,
    ImportAccounts,
  ],
  exports: [
    AccountDirectory,
    AccountAdministration,
    OperatorTrail,
    SignUpStatistics,
    CODE_DERIVER,
    EraseAccounts,
    FindAccount,
    ImportAccounts,
  ],
})
export class OperatorModule {}
