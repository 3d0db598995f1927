import { inTime, type Sql } from '@app/runtime';
import type { EventEntries, EventEntry, EventFilter } from '../domain/deliveries';

const LARGEST_ORDINAL = '9223372036854775807';

/** Lists events and their delivery, newest first, page by page. */
export async function listEvents(
  sql: Sql,
  { since, type }: EventFilter,
  limit: number,
  after?: string,
): Promise<EventEntries> {
  const rows = await inTime(
    sql<(EventEntry & { readonly ordinal: string })[]>`
        select ordinal::text as ordinal, id, type, account_id as "accountId", occurred_at as "occurredAt", data,
               case when position is null then 'unplaced' when due_at is not null then 'waiting'
                    when given_up_at is not null then 'given_up' when delivered_at is not null then 'delivered'
                    else 'kept' end as delivery,
               attempts, due_at as "nextTryAt", last_error as "lastError"
        from events
        where ordinal < ${after ?? LARGEST_ORDINAL}::bigint
          and occurred_at >= ${since ?? new Date(0)}
          and (${type ?? null}::text is null or type = ${type ?? null})
        order by ordinal desc
        limit ${limit}`,
  );
  const last = rows.at(-1)?.ordinal ?? null;
  return {
    entries: rows.map(({ ordinal: _, ...entry }) => entry),
    next: rows.length < limit ? null : last,
  };
}
