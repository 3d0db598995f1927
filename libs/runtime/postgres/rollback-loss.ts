import { inTime, type Sql } from './sql';

/** A table or column that a rollback drops. */
export interface Loss {
  readonly table: string;
  /** Undefined if the whole table is dropped. */
  readonly column?: string;
  /** Rows of the table, or rows with a value in the column. */
  readonly rows: number;
}

/** Enough to count ten million rows. */
const COUNT_TIMEOUT_MS = 60_000;

/** What the down part of a migration drops, in order. It parses only the few statements that our migrations use. */
export function dropsIn(down: string): Omit<Loss, 'rows'>[] {
  const code = down.split('\n').filter((line) => !line.trimStart().startsWith('--'));
  const statements = code
    .join('\n')
    .split(';')
    .map((statement) => statement.trim());
  return statements.flatMap((statement) => {
    const [, tables] =
      /^drop table (?:if exists )?([\w, ]+)$/i.exec(statement.replace(/ cascade$/i, '')) ?? [];
    if (tables !== undefined) return tables.split(',').map((table) => ({ table: table.trim() }));
    const [, table] = /^alter table (\w+)/i.exec(statement) ?? [];
    if (table === undefined) return [];
    return [...statement.matchAll(/\bdrop column (?:if exists )?(\w+)/gi)].map(([, column = '']) => ({
      table,
      column,
    }));
  });
}

/** Counts what would be lost. @throws {Unavailable} */
export async function countLosses(sql: Sql, down: string): Promise<Loss[]> {
  const losses: Loss[] = [];
  for (const drop of dropsIn(down)) {
    const what = drop.column === undefined ? sql`*` : sql(drop.column);
    const [row] = await inTime(
      sql<{ rows: number }[]>`select count(${what})::int as rows from ${sql(drop.table)}`,
      COUNT_TIMEOUT_MS,
    );
    losses.push({ ...drop, rows: row?.rows ?? 0 });
  }
  return losses;
}
