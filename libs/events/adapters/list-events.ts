import type { PendingQuery, Row } from 'postgres';
import { inTime, type Sql } from '@app/runtime';
import type { EventEntries, EventEntry, EventFilter } from '../domain/deliveries';
import { notOlderThan, OPERATOR_TIMEOUT_MS } from './operator-queries';

const LARGEST = '9223372036854775807';

interface ListedRow extends EventEntry {
  /** Where the next page continues: `u` and the ordinal, or `p` and the position. */
  readonly place: string;
}

/**
 * Lists events and their delivery, newest first, page by page: first those without a position, then by position. Each
 * part has its index.
 * @param after the place of the last entry of the previous page
 */
export async function listEvents(
  sql: Sql,
  filter: EventFilter,
  limit: number,
  after = `u${LARGEST}`,
): Promise<EventEntries> {
  const [part, place] = [after.slice(0, 1), after.slice(1)];
  const unplaced =
    part === 'u'
      ? await listPart(sql, filter, sql`position is null and ordinal < ${place}::bigint`, limit)
      : [];
  const from = part === 'u' ? LARGEST : place;
  const placed =
    unplaced.length < limit
      ? await listPart(sql, filter, sql`position < ${from}::bigint`, limit - unplaced.length)
      : [];
  const rows = [...unplaced, ...placed];
  return {
    entries: rows.map(({ place: _place, ...entry }) => entry),
    next: rows.length < limit ? null : (rows.at(-1)?.place ?? null),
  };
}

async function listPart(
  sql: Sql,
  { since, type }: EventFilter,
  where: PendingQuery<Row[]>,
  limit: number,
): Promise<ListedRow[]> {
  return await inTime(
    sql<ListedRow[]>`
      select coalesce('p' || position, 'u' || ordinal) as place, id, type, account_id as "accountId",
             occurred_at as "occurredAt", data,
             case when position is null then 'unplaced' when due_at is not null then 'waiting'
                  when given_up_at is not null then 'given_up' when delivered_at is not null then 'delivered'
                  else 'kept' end as delivery,
             attempts, due_at as "nextTryAt", last_error as "lastError"
      from events
      where ${where}
        ${since === undefined ? sql`` : sql`and ${notOlderThan(sql, sql`${since}::timestamptz`)}`}
        ${type === undefined ? sql`` : sql`and type = ${type}`}
      order by position desc, ordinal desc
      limit ${limit}`,
    OPERATOR_TIMEOUT_MS,
  );
}
