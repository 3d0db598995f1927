import type { Sql } from './sql';
import { asQuery, flatStatements, verbOf } from './statements';

describe('A flat statement', () => {
  const unsafe = jest.fn((text: string) => ({ strings: [text] }));
  const sql = flatStatements({ unsafe } as unknown as Sql);

  it('becomes one prepared query, with the values of its parts in their order', () => {
    const part = sql`b = ${2} and ${sql.unsafe('c is null')}`;
    const query = asQuery(sql`select a from t where a = ${1} and ${part} and d = ${null}`);
    const text = 'select a from t where a = $1 and b = $2 and c is null and d = $3';
    expect(unsafe.mock.calls).toEqual([[text, [1, 2, null], { prepare: true, simple: false }]]);
    expect(verbOf(query)).toBe('select');
  });
});

describe('A query of postgres.js', () => {
  it('stays as it is', () => {
    const query = { strings: ['select'] } as never;
    expect(asQuery(query)).toBe(query);
  });
});
