import type { Sql } from '@app/runtime';
import type { Page } from '../domain/operator-trail';

type Fragment = ReturnType<Sql>;

export const micros = (sql: Sql, column: ReturnType<Sql>) =>
  sql`(extract(epoch from ${column}) * 1000000)::bigint::text`;

/** A time written by `micros`. */
export const moment = (sql: Sql, sinceEpochMicros: string): Fragment =>
  sql`'epoch'::timestamptz + ${sinceEpochMicros}::bigint * interval '1 microsecond'`;

/** Time and id of the last entry of the previous page. */
export const place = (after: string | undefined): [string | undefined, string | undefined] => {
  const [moment, id] = after?.split('_') ?? [];
  return [moment, id];
};

export function toPage<Entry, Row>(
  entries: readonly Entry[],
  limit: number,
  last: Row | undefined,
  placeOf: (row: Row) => string,
): Page<Entry> {
  return { entries, next: last === undefined || entries.length < limit ? null : placeOf(last) };
}
