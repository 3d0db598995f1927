import { ProblemError } from '../problem/problem-error';
import { StrictValidationPipe } from '../users/strict-validation.pipe';
import { EventQuery } from './events.dto';

const pipe = new StrictValidationPipe({ minLength: 8, blocklist: new Set() });
const read = (query: Record<string, unknown>) =>
  pipe.transform(query, { type: 'query', metatype: EventQuery, data: undefined });

describe('The query of the event feed', () => {
  it('defaults to the oldest event, a hundred events and no wait', async () => {
    expect(await read({})).toEqual({ limit: 100, wait: 0 });
  });

  it('accepts every position that PostgreSQL can store, and each bound', async () => {
    const query = { after: '9223372036854775807', limit: '1000', wait: '60' };
    expect(await read(query)).toEqual({ after: 9_223_372_036_854_775_807n, limit: 1_000, wait: 60 });
  });

  it.each([
    [{ limit: '0' }, 'limit.invalid', { min: 1, max: 1_000 }],
    [{ limit: '1001' }, 'limit.invalid', { min: 1, max: 1_000 }],
    [{ limit: ['1', '2'] }, 'limit.invalid', { min: 1, max: 1_000 }],
    [{ limit: '1e2' }, 'limit.invalid', { min: 1, max: 1_000 }],
    [{ wait: '61' }, 'wait.invalid', { min: 0, max: 60 }],
    [{ wait: '' }, 'wait.invalid', { min: 0, max: 60 }],
    [{ after: '9223372036854775808' }, 'after.invalid', {}],
    [{ after: ['1', '2'] }, 'after.invalid', {}],
    [{ after: '-1' }, 'after.invalid', {}],
    [{ page: '2' }, 'page.unknown', {}],
    [{ constructor: '2' }, 'constructor.unknown', {}],
  ])('is refused: %j', async (query, code, params) => {
    const refusal = await read(query).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ProblemError);
    expect((refusal as ProblemError).details.errors).toMatchObject([{ code, params }]);
  });
});
