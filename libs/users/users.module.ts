import { Module, type Provider } from '@nestjs/common';
import { dictionary } from '@zxcvbn-ts/language-common';
import { ActivationModule } from '@app/activation';
import { Environment } from '@app/runtime';
import { BcryptHasher } from './adapters/bcrypt-hasher';
import { FollowHighestCost } from './adapters/follow-highest-cost';
import { PostgresUserRepository } from './adapters/postgres-user-repository';
import { AddressDigest } from './domain/address-digest';
import { PasswordRules } from './domain/password';
import { PasswordHasher } from './domain/password-hasher';
import { UserRepository } from './domain/user-repository';
import { Authenticate } from './use-cases/authenticate';
import { EraseOwnAccount } from './use-cases/erase-own-account';
import { Register } from './use-cases/register';

/** Needs only PostgreSQL. */
export const USER_REPOSITORY: Provider = { provide: UserRepository, useClass: PostgresUserRepository };

export const ADDRESS_DIGEST: Provider = {
  provide: AddressDigest,
  inject: [Environment],
  useFactory: ({ SECRET_KEY: key, SECRET_KEY_PREVIOUS: previous }: Environment) =>
    new AddressDigest(key, previous || undefined),
};

export const PASSWORD_HASHER: Provider = { provide: PasswordHasher, useClass: BcryptHasher };

/** UserRepository → PostgreSQL; PasswordHasher → bcrypt. */
@Module({
  imports: [ActivationModule],
  providers: [
    USER_REPOSITORY,
    PASSWORD_HASHER,
    {
      provide: PasswordRules,
      inject: [Environment],
      useFactory: ({ PASSWORD_MIN_LENGTH, PASSWORD_BLOCKLIST }: Environment): PasswordRules => ({
        minLength: PASSWORD_MIN_LENGTH,
        // The most common passwords of public leaks, in lower case, from zxcvbn.
        blocklist: new Set(PASSWORD_BLOCKLIST ? dictionary['passwords-common'] : []),
      }),
    },
    ADDRESS_DIGEST,
    FollowHighestCost,
    Authenticate,
    EraseOwnAccount,
    Register,
  ],
  exports: [
    ActivationModule,
    PasswordHasher,
    PasswordRules,
    UserRepository,
    Authenticate,
    EraseOwnAccount,
    Register,
  ],
})
export class UsersModule {}
