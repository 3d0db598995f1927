import { traceParent, type Environment, type Fragment, type Sql } from '@app/runtime';
import type { EventType } from '../domain/event';

/** The SQL in these strings is ours: a constant text costs a registration less than nested fragments. */
export interface AccountChange {
  readonly type: EventType;
  /**
   * Table expression over the changed accounts after the change; the columns `id`, `email`, `created_at` and
   * `activated_at` are read. Usually the name of the CTE that changed them. Writes one event per row.
   */
  readonly from: string;
  /** The request that caused the change, if there is one; or the columns of `from` with the request and its trace. */
  readonly request: { readonly id: string | null } | { readonly columns: string };
  /** For `user.replaced`: expression for the id of the registration that took the address. */
  readonly replacedBy?: string;
}

/**
 * SQL that writes the events of a change, for a CTE of the statement that makes the change:
 *
 *     with added as (insert into users … returning id, email, created_at, activated_at),
 *     told as (${recordEvent(sql, environment, { type: 'user.registered', from: 'added', request: { id } })})
 *     select … from added
 *
 * So the change and its event are committed together or not at all. Several changes make one INSERT, because each INSERT
 * opens all indexes of the table, even if it writes nothing.
 */
export function recordEvent(
  sql: Sql,
  { EVENTS_INCLUDE_EMAIL }: Pick<Environment, 'EVENTS_INCLUDE_EMAIL'>,
  ...changes: readonly [AccountChange, ...AccountChange[]]
): Fragment {
  const parts = changes.map((change) => {
    const { before, after } = eventRows(change, EVENTS_INCLUDE_EMAIL);
    return 'columns' in change.request
      ? sql.unsafe(`${before} ${change.request.columns} ${after}`)
      : sql`${sql.unsafe(before)} ${change.request.id}::text, ${traceParent()}::text ${sql.unsafe(after)}`;
  });
  const rows = parts.reduce((all, each) => sql`${all} union all ${each}`);
  return sql`insert into events (type, account_id, data, request_id, trace) ${rows}`;
}

/** Accounts of these events are not activated. */
const PENDING: readonly EventType[] = ['user.registered', 'user.replaced'];

/** A query for the rows, without the two columns of the request in its middle. */
function eventRows({ type, from, replacedBy }: AccountChange, includeEmail: boolean) {
  const pending = PENDING.includes(type);
  const fields = [
    `'user_id', changed.id, 'is_activated', changed.activated_at is not null`,
    `'created_at', ${momentOf('changed.created_at')}`,
    ...(pending ? [] : [`'activated_at', ${momentOf('changed.activated_at')}`]),
    ...(includeEmail && type !== 'user.deleted' ? [`'email', changed.email`] : []),
    ...(replacedBy === undefined ? [] : [`'replaced_by', ${replacedBy}`]),
  ];
  const data = `jsonb_build_object(${fields.join(', ')})`;
  return {
    before: `select '${type}', changed.id, ${pending ? data : `jsonb_strip_nulls(${data})`},`,
    after: `from ${from} as changed`,
  };
}

/** RFC 3339 in UTC, the format of times in the API. */
const momentOf = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
