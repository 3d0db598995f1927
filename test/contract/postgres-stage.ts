import {
  PostgresActivationRepository,
  PostgresDeadRegistrations,
  PostgresOwedMailRepository,
} from '@app/activation';
import type { Sql } from '@app/runtime';
import { parseEmailAddress, PostgresUserRepository } from '@app/users';
import type { UsersStage } from '@app/users/testing';
import type { TestDatabase } from '../support/postgres';

/** The real repositories around one emptied database. */
export async function postgresStage({ sql, environment }: TestDatabase): Promise<UsersStage> {
  await sql`truncate users, wrong_tries, events`;
  const users = new PostgresUserRepository(sql, environment);
  return {
    users,
    activations: new PostgresActivationRepository(sql),
    owed: new PostgresOwedMailRepository(sql, environment),
    dead: new PostgresDeadRegistrations(sql),
    register: async (account) => {
      await users.add({ ...account, email: parseEmailAddress(account.email) });
    },
    account: (email) => users.findByEmail(parseEmailAddress(email)),
    letPass: (seconds) => letPass(sql, seconds),
    now: () => Date.now(),
  };
}

async function letPass(sql: Sql, seconds: number): Promise<void> {
  const gone = sql`make_interval(secs => ${seconds})`;
  await sql`
    update users set
      created_at = created_at - ${gone}, activated_at = activated_at - ${gone},
      code_expires_at = code_expires_at - ${gone}, mail_due_at = mail_due_at - ${gone},
      mail_owed_since = mail_owed_since - ${gone}, mail_sent_at = mail_sent_at - ${gone},
      mail_given_up_at = mail_given_up_at - ${gone}`;
  await sql`update wrong_tries set since = since - ${gone}`;
}
