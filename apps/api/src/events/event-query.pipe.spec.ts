import { EventQueryPipe } from './event-query.pipe';

const read = (query: Record<string, unknown>) => new EventQueryPipe().transform(query);

describe('EventQueryPipe', () => {
  it('defaults to the oldest event, a hundred events and no wait', () => {
    expect(read({})).toEqual({ after: null, limit: 100, waitSeconds: 0 });
  });

  it('accepts every position that PostgreSQL can store, and each bound', () => {
    const query = { after: '9223372036854775807', limit: '1000', wait: '60' };
    expect(read(query)).toEqual({ after: 9_223_372_036_854_775_807n, limit: 1_000, waitSeconds: 60 });
  });

  it.each([
    { limit: '0' },
    { limit: '1001' },
    { limit: ['1', '2'] },
    { wait: '61' },
    { wait: '' },
    { after: '9223372036854775808' },
    { after: '-1' },
    { page: '2' },
  ])('refuses %j', (query) => {
    expect(() => read(query)).toThrow();
  });
});
