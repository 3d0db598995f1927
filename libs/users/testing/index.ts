import { fakeStage } from '@app/activation/testing';
import { FakeUserRepository } from './fake-user-repository';
import type { UsersStage } from './user-repository.contract';

export * from './fake-password-hasher';
export * from './fake-user-repository';
export * from './password-hasher.contract';
export * from './people';
export * from './user-repository.contract';

/** All fakes around one table in memory. */
export function fakeUsersStage(): UsersStage & ReturnType<typeof fakeStage> & { users: FakeUserRepository } {
  const stage = fakeStage();
  return { ...stage, users: new FakeUserRepository(stage.accounts) };
}
