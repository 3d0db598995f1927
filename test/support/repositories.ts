import { Test } from '@nestjs/testing';
import {
  ActivationRepository,
  ExpiredRegistrations,
  OwedMailAdministration,
  OwedMailRepository,
  ROW_PROVIDERS,
} from '@app/activation';
import { Environment, Sql } from '@app/runtime';
import { USER_REPOSITORY, UserRepository } from '@app/users';

/** The real repositories on a pool. */
export async function postgresRepositories(sql: Sql, environment: Environment) {
  const module = await Test.createTestingModule({
    providers: [
      { provide: Sql, useValue: sql },
      { provide: Environment, useValue: environment },
      ...ROW_PROVIDERS,
      USER_REPOSITORY,
    ],
  }).compile();
  return {
    users: module.get<UserRepository>(UserRepository),
    activations: module.get<ActivationRepository>(ActivationRepository),
    owed: module.get<OwedMailRepository>(OwedMailRepository),
    administration: module.get<OwedMailAdministration>(OwedMailAdministration),
    dead: module.get<ExpiredRegistrations>(ExpiredRegistrations),
  };
}
