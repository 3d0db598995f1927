import { parseEmailAddress } from '@app/users';
import type { UsersStage } from '@app/users/testing';
import { advanceTime } from '../support/advance-time';
import type { TestDatabase } from '../support/postgres';
import { postgresRepositories } from '../support/repositories';

/** The real repositories around one emptied database. */
export async function postgresStage({ sql, environment }: TestDatabase): Promise<UsersStage> {
  await sql`truncate users, address_days, events`;
  const repositories = await postgresRepositories(sql, environment);
  const { users } = repositories;
  return {
    ...repositories,
    register: async (account) => {
      const { outcome } = await users.add({ ...account, email: parseEmailAddress(account.email) });
      if (outcome === 'taken') throw new Error(`${account.email} is held`);
    },
    account: (email) => users.findByEmail(parseEmailAddress(email)),
    advanceTime: (seconds) => advanceTime(sql, seconds),
    now: () => Date.now(),
  };
}
