import type { PendingQuery, Row } from 'postgres';
import type { Sql } from '@app/runtime';

type Fragment = PendingQuery<Row[]>;

/** An operator waits longer than a client: a filter may read the whole log. */
export const OPERATOR_TIMEOUT_MS = 60_000;

/**
 * Condition on an event: it happened at or after this time. The id begins with the time in milliseconds (UUID version
 * 7), so its index finds the first event; a minute of tolerance covers a clock that was set back.
 */
export const notOlderThan = (sql: Sql, moment: Fragment): Fragment => sql`
  occurred_at >= ${moment} and id >= (
    lpad(to_hex(greatest(0, (extract(epoch from ${moment}) - 60) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid`;
