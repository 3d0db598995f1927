import { createLogger } from '@app/runtime';
import { FakePasswordHasher, fakeUsersStage } from '../testing';
import { FollowHighestCost } from './follow-highest-cost';

const logger = createLogger({ level: 'fatal', app: 'test' });

describe('The cost of an unknown address', () => {
  function start() {
    jest.useFakeTimers();
    const { users } = fakeUsersStage();
    const passwords = new FakePasswordHasher(10);
    return { users, passwords, follow: new FollowHighestCost(users, passwords, logger) };
  }
  afterEach(() => {
    jest.useRealTimers();
  });

  it('follows the highest cost in use, from start and every ten minutes', async () => {
    const { users, passwords, follow } = start();
    users.cost = 12;
    await follow.followHighestCost();
    expect(passwords.decoyCost).toBe(12);
    users.cost = 13;
    await jest.advanceTimersByTimeAsync(599_000);
    expect(passwords.decoyCost).toBe(12);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(passwords.decoyCost).toBe(13);
    follow.onModuleDestroy();
  });

  it('stays as configured without accounts', async () => {
    const { passwords, follow } = start();
    await follow.followHighestCost();
    expect(passwords.decoyCost).toBe(10);
    follow.onModuleDestroy();
  });

  it('is read again after five seconds while the database is unavailable', async () => {
    const { users, passwords, follow } = start();
    users.cost = 12;
    users.unavailable = true;
    await follow.followHighestCost();
    users.unavailable = false;
    expect(passwords.decoyCost).toBe(10);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(passwords.decoyCost).toBe(12);
    follow.onModuleDestroy();
  });

  it('is no longer read after shutdown', async () => {
    const { users, passwords, follow } = start();
    await follow.followHighestCost();
    follow.onModuleDestroy();
    users.cost = 12;
    await jest.advanceTimersByTimeAsync(1_200_000);
    expect(passwords.decoyCost).toBe(10);
  });
});
