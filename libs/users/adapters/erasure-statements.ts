import type { PendingQuery } from 'postgres';
import { accountRow } from '@app/activation';
import { recordEvent } from '@app/events';
import { inTime, type Environment, type Fragment, type Sql } from '@app/runtime';
import type { ErasureExtent, ErasureTarget } from '../domain/account-administration';

/**
 * Condition on an event: it contains the address, or belongs to the account or to a registration that the account
 * replaced and contains one. Two searches, each with an index: an OR would read the whole log.
 */
const holdsAddress = (sql: Sql, { id, email }: ErasureTarget): Fragment => sql`
  events.id = any(array(
    with recursive family (id) as (
      select ${id}::uuid
      union
      select events.account_id from events join family on events.data ->> 'replaced_by' = family.id::text
      where events.type = 'user.replaced'
    )
    select events.id from events
    where account_id in (select id from family) and (data ? 'email' or strpos(last_error, ${email}) > 0)
    union
    select events.id from events where data ? 'email' and data ->> 'email' = ${email}))`;

/**
 * Statement that deletes everything about a person, except the digest in the erasure log, and writes the event. If the
 * account no longer exists, the counts of its address may be another account's, and stay.
 */
export const erasure = (
  sql: Sql,
  environment: Environment,
  erased: ErasureTarget,
  digest: string,
  requestId: string | null,
): PendingQuery<[ErasureExtent]> => sql`
  with gone as (
    delete from users where id = ${erased.id} returning id, email, created_at, activated_at, mail_due_at
  ), counts as (
    delete from address_days where digest in (${accountRow.countKeys(sql, erased.email)})
      and (${erased.id === null} or exists (select from gone))
    returning wrong_tries, mails
  ), nameless as (
    update events set
      data = data - 'email',
      last_error = case when strpos(last_error, ${erased.email}) > 0 then null else last_error end
    where ${holdsAddress(sql, erased)}
    returning id
  ), logged as (
    insert into erasures (account_id, digest) select id, ${digest} from gone on conflict (account_id) do nothing
  ), told as (${recordEvent(sql, environment, { type: 'user.deleted', from: 'gone', request: { id: requestId } })})
  select (select count(*)::int from gone) as accounts,
         (select count(mail_due_at)::int from gone) as "owedMails",
         (select count(*)::int from counts where wrong_tries <> '{}') as "wrongTryCounts",
         (select count(*)::int from counts where mails <> '{}') as "mailCounts",
         (select count(*)::int from nameless) as "eventsWithAddress"`;

/** Counts what an erasure of this person would delete. */
export async function extentOf(sql: Sql, { id, email }: ErasureTarget): Promise<ErasureExtent> {
  const counts = sql`from address_days where digest in (${accountRow.countKeys(sql, email)})`;
  const [extent] = await inTime(sql<[ErasureExtent]>`
    select (select count(*)::int from users where id = ${id}) as accounts,
           (select count(*)::int from users where id = ${id} and mail_due_at is not null) as "owedMails",
           (select count(*)::int ${counts} and wrong_tries <> '{}') as "wrongTryCounts",
           (select count(*)::int ${counts} and mails <> '{}') as "mailCounts",
           (select count(*)::int from events where ${holdsAddress(sql, { id, email })}) as "eventsWithAddress"`);
  return extent;
}
