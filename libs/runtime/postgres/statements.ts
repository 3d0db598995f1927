import type { PendingQuery, Row, Sql } from 'postgres';

/** A statement, or a part of one, that is not a query yet. */
class FlatStatement {
  constructor(
    private readonly sql: Sql,
    private readonly texts: readonly string[],
    private readonly values: readonly unknown[],
  ) {}

  toQuery(): PendingQuery<Row[]> {
    const values: unknown[] = [];
    const text = this.flatten(values);
    return this.sql.unsafe(text, values as never[], { prepare: true, simple: false } as object);
  }

  /** Adds the values of all parts, and resolves to the text of all parts with their numbers. */
  private flatten(values: unknown[]): string {
    let [text = ''] = this.texts;
    this.values.forEach((value, place) => {
      text += value instanceof FlatStatement ? value.flatten(values) : `$${values.push(value)}`;
      text += this.texts[place + 1] ?? '';
    });
    return text;
  }
}

/**
 * The pool for statements of many parts that run with `inTime` and contain only values and other parts. postgres.js (3.4.9)
 * makes a promise of each part, with closures in the old generation of V8's heap, so that everything that the
 * parts refer to, such as the request, stays until a full garbage collection. These parts are plain objects.
 */
export function flatStatements(sql: Sql): Sql {
  const part = (texts: readonly string[], ...values: readonly unknown[]) =>
    new FlatStatement(sql, texts, values);
  return Object.assign(part, { unsafe: (text: string) => part([text]) }) as unknown as Sql;
}

/** The query of a statement of `flatStatements`; queries of postgres.js stay as they are. */
export const asQuery = <T extends readonly (Row | undefined)[]>(
  statement: PendingQuery<T>,
): PendingQuery<T> =>
  (statement as unknown) instanceof FlatStatement
    ? ((statement as unknown as FlatStatement).toQuery() as unknown as PendingQuery<T>)
    : statement;

/** The first word, such as `select`. */
export function verbOf(query: unknown): string {
  const { strings } = query as { strings?: readonly string[] };
  return /^\s*([a-z]+)/i.exec(strings?.[0] ?? '')?.[1]?.toLowerCase() ?? 'query';
}
