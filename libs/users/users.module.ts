import { Module, type DynamicModule } from '@nestjs/common';
import { ActivationModule } from '@app/activation';
import type { Environment } from '@app/runtime';
import { BcryptHasher } from './adapters/bcrypt-hasher';
import { commonPasswords } from './adapters/common-passwords';
import { PostgresUserRepository } from './adapters/postgres-user-repository';
import { PasswordRules } from './domain/password';
import { PasswordHasher } from './domain/password-hasher';
import { UserRepository } from './domain/user-repository';
import { Authenticate } from './use-cases/authenticate';
import { Register } from './use-cases/register';

/** UserRepository → PostgreSQL; PasswordHasher → bcrypt. */
@Module({})
export class UsersModule {
  static forApp(environment: Environment): DynamicModule {
    const rules: PasswordRules = {
      minLength: environment.PASSWORD_MIN_LENGTH,
      blocklist: environment.PASSWORD_BLOCKLIST ? commonPasswords() : new Set(),
    };
    return {
      module: UsersModule,
      imports: [ActivationModule.forApp(environment)],
      providers: [
        { provide: UserRepository, useClass: PostgresUserRepository },
        { provide: PasswordHasher, useClass: BcryptHasher },
        { provide: PasswordRules, useValue: rules },
        Authenticate,
        Register,
      ],
      exports: [ActivationModule, PasswordHasher, PasswordRules, Authenticate, Register],
    };
  }
}
