import type { PendingQuery, Row } from 'postgres';
import type { Sql } from '@app/runtime';

type Fragment = PendingQuery<Row[]>;

interface Erased {
  /** Null where no account has the address any more. */
  readonly id: string | null;
  readonly email: string;
}

/**
 * Condition on an event: it holds the address, or belongs to the account or to a registration that it replaced and holds
 * one. Two searches, each with its index: an OR would read the whole log.
 */
export const holdsAddress = (sql: Sql, { id, email }: Erased): Fragment => sql`
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

/** Statement that takes the address out of the account's events. */
export const forgetAddressInEvents = (sql: Sql, erased: Erased): Fragment => sql`
  update events set
    data = data - 'email',
    last_error = case when strpos(last_error, ${erased.email}) > 0 then null else last_error end
  where ${holdsAddress(sql, erased)}`;
