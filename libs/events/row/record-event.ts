import type { PendingQuery, Row } from 'postgres';
import { traceParent, type Environment, type Sql } from '@app/runtime';
import type { EventType } from '../domain/event';

type Fragment = PendingQuery<Row[]>;

export interface AccountChange {
  readonly type: EventType;
  /**
   * Table expression over the changed accounts after the change; the columns `id`, `email`, `created_at` and
   * `activated_at` are read. Usually the name of the CTE that changed them. Writes one event per row.
   */
  readonly from: Fragment;
  /** The request that caused the change; null if there is none. */
  readonly requestId: string | null;
  /** For `user.replaced`: SQL for the id of the registration that took the address. */
  readonly replacedBy?: Fragment;
}

/**
 * SQL that writes the events of a change, for a CTE of the statement that makes the change:
 *
 *     with added as (insert into users … returning id, email, created_at, activated_at),
 *     told as (${recordEvent(sql, environment, { type: 'user.registered', from: sql`added`, requestId })})
 *     select … from added
 *
 * So the change and its event are committed together or not at all.
 */
export function recordEvent(
  sql: Sql,
  { EVENTS_INCLUDE_EMAIL }: Pick<Environment, 'EVENTS_INCLUDE_EMAIL'>,
  { type, from, requestId, replacedBy }: AccountChange,
): Fragment {
  const named = EVENTS_INCLUDE_EMAIL && type !== 'user.deleted';
  return sql`
    insert into events (type, account_id, data, request_id, trace)
    select ${type}::text, changed.id, jsonb_strip_nulls(jsonb_build_object(
      'user_id', changed.id,
      'is_activated', changed.activated_at is not null,
      'created_at', ${moment(sql, sql`changed.created_at`)},
      'activated_at', ${moment(sql, sql`changed.activated_at`)},
      'email', ${named ? sql`changed.email` : sql`null::text`},
      'replaced_by', ${replacedBy ?? sql`null::uuid`}
    )), ${requestId}::text, ${traceParent()}::text
    from ${from} as changed`;
}

/** RFC 3339 in UTC, the format of times in the API. */
const moment = (sql: Sql, column: Fragment): Fragment =>
  sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
