import type { Sql } from '@app/runtime';
import { parseEmailAddress } from '@app/users';
import type { UsersStage } from '@app/users/testing';
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
      mail_given_up_at = mail_given_up_at - ${gone}, mail_withheld_at = mail_withheld_at - ${gone},
      replaced_code = replaced_code || jsonb_build_object('sent_at', (replaced_code ->> 'sent_at')::timestamptz - ${gone}),
      pretended = (select coalesce(jsonb_agg(one || jsonb_build_object('at', (one ->> 'at')::timestamptz - ${gone})), '[]')
                   from jsonb_array_elements(pretended) as one)`;
  await sql`
    update address_days set changed_at = changed_at - ${gone},
      wrong_tries = array(select at - ${gone} from unnest(wrong_tries) as at),
      mails = array(select at - ${gone} from unnest(mails) as at)`;
}
