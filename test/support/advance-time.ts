import type { Sql } from '@app/runtime';

/** Moves every stored time into the past, as if that much time had passed. */
export async function advanceTime(sql: Sql, seconds: number): Promise<void> {
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
