import type { PendingQuery, Row } from 'postgres';
import { inTime, type Sql } from '@app/runtime';
import type { OnProgress } from '../domain/deliveries';
import { notOlderThan, OPERATOR_TIMEOUT_MS } from './operator-queries';

type Fragment = PendingQuery<Row[]>;

/** Maximum number of rows that one statement changes: each has a deadline, and a replay may concern millions. */
const BATCH = 5_000;

/** Condition on an event: it has a position, is not waiting, and is at most that old. */
export const placedWithin = (sql: Sql, seconds: number): Fragment => sql`
  position is not null and due_at is null and ${notOlderThan(sql, sql`(now() - make_interval(secs => ${seconds}))`)}`;

export async function countEvents(sql: Sql, which: Fragment): Promise<number> {
  const [events] = await inTime(
    sql<[{ count: number }]>`select count(*)::int as count from events where ${which}`,
    OPERATOR_TIMEOUT_MS,
  );
  return events.count;
}

/**
 * Makes events due now as if they had never been tried, in the order of positions. Each batch begins after the previous
 * one: what a worker has delivered meanwhile would match the condition again, and be sent again and again.
 */
export async function oweAgain(sql: Sql, which: Fragment, onProgress?: OnProgress): Promise<number> {
  // `+ 0`: the index of positions would be read from its start, past all older events.
  const [first] = await inTime(
    sql<[{ before: string | null }]>`
      select (min(position + 0) - 1)::text as before from events where ${which}`,
    OPERATOR_TIMEOUT_MS,
  );
  if (first.before === null) return 0;
  let after = first.before;
  for (let changed = 0; ;) {
    const [batch] = await inTime(sql<[{ count: number; last: string | null }]>`
      with owed as (
        update events set due_at = now(), given_up_at = null, attempts = 0, first_tried_at = null
        where id = any(array(
          select id from events where (${which}) and position > ${after}::bigint
          order by position limit ${BATCH} for update))
        returning position
      ) select count(*)::int as count, max(position)::text as last from owed`);
    changed += batch.count;
    onProgress?.(changed);
    if (batch.last === null || batch.count < BATCH) return changed;
    after = batch.last;
  }
}
