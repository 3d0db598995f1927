import type { Fragment, Sql } from './sql';

/** A page of a list and where the next one starts; null after the last. */
export interface Page<Entry> {
  readonly entries: readonly Entry[];
  readonly next: string | null;
}

/** An entry with its place in the list, where the next page can start. */
export type Placed<Entry> = Entry & { readonly place: string };

/** Column: the place of an entry in its list, by time and id. A Date would lose the microseconds. */
export const placeOf = (sql: Sql, time: Fragment, id: Fragment): Fragment =>
  sql`(extract(epoch from ${time}) * 1000000)::bigint || '_' || ${id} as place`;

/** The time and id of a place, for a row comparison. */
export function timeAndId(sql: Sql, place: string): Fragment {
  const [micros = '', id = ''] = place.split('_');
  return sql`('epoch'::timestamptz + ${micros}::bigint * interval '1 microsecond', ${id}::uuid)`;
}

export function toPage<Entry extends object>(
  rows: readonly Placed<Entry>[],
  limit: number,
): Page<Omit<Entry, 'place'>> {
  return {
    entries: rows.map(({ place: _place, ...entry }) => entry),
    next: rows.length < limit ? null : (rows.at(-1)?.place ?? null),
  };
}
