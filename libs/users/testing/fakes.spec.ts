import {
  describePasswordHasherContract,
  describeUserRepositoryContract,
  FakePasswordHasher,
  fakeUsersStage,
} from '.';

describeUserRepositoryContract('in memory', async () => fakeUsersStage());
describePasswordHasherContract('in memory', async (cost) => new FakePasswordHasher(cost));
