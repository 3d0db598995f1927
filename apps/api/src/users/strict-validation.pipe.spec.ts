import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { PASSWORD, problemOf, startEdge, type EdgeApp } from '../testing/edge-app';

describe('Bodies of accounts', () => {
  let edge: EdgeApp;
  beforeAll(async () => {
    edge = await startEdge({ ENABLE_RATE_LIMITING: 'false' });
  });
  afterAll(() => edge.app.close());

  const send = (body: string | Buffer, type = 'application/json') =>
    edge.http
      .post('/api/v1/users/register')
      .set('Content-Type', type)
      .serialize((raw: string) => raw)
      .send(body);
  const register = (body: object) => send(JSON.stringify(body));
  const valid = { email: 'kevin@example.com', password: PASSWORD };
  const activate = (code: unknown) =>
    edge.http
      .post('/api/v1/users/activate')
      .auth('kevin@example.com', PASSWORD)
      .send({ activation_code: code });

  it.each([
    [{ password: PASSWORD }, 'email.required', {}],
    [{ ...valid, email: 'kevin' }, 'email.invalid', {}],
    [{ ...valid, email: `${'a'.repeat(260)}@example.com` }, 'email.too_long', { max: 254 }],
    [{ ...valid, email: `a@${'ü'.repeat(120)}.${'ü'.repeat(120)}.example` }, 'email.invalid', {}],
    [{ ...valid, email: `${'a'.repeat(65)}@example.com` }, 'email.invalid', {}],
    [{ email: 'kevin@example.com' }, 'password.required', {}],
    [{ ...valid, password: 7 }, 'password.invalid', {}],
    [{ ...valid, password: 'short' }, 'password.too_short', { min: 8 }],
    [{ ...valid, password: 'ü'.repeat(37) }, 'password.too_long', { max: 72 }],
    [{ ...valid, password: 'Password123' }, 'password.too_common', {}],
    [{ ...valid, password: 'nul\0in the middle' }, 'password.invalid', {}],
    [{ ...valid, extra: 1 }, 'extra.unknown', {}],
    [{ ...valid, toString: 1 }, 'toString.unknown', {}],
    [[valid], 'body.invalid', {}],
  ])('are refused with a code and its bounds: %j', async (body, code, params) => {
    const answer = await register(body);
    expect([answer.status, problemOf(answer).errors?.map((fault) => [fault.code, fault.params])]).toEqual([
      400,
      [[code, params]],
    ]);
  });

  it('are refused in words that agree with the code', async () => {
    const { errors } = problemOf(await register({ ...valid, email: `${'a'.repeat(260)}@example.com` }));
    expect(errors).toMatchObject([
      { code: 'email.too_long', message: 'must be at most 254 characters long' },
    ]);
  });

  it('are refused with all their faults in one response', async () => {
    const answer = await register({ email: 'kevin', password: 'short', extra: 1 });
    expect(
      problemOf(answer)
        .errors?.map(({ code }) => code)
        .sort(),
    ).toEqual(['email.invalid', 'extra.unknown', 'password.too_short']);
  });

  it('list at most ten faults, and are not read beyond fifty fields', async () => {
    const fields = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`f${n}`, n]));
    const many = await register({ ...valid, ...fields(40) });
    expect([many.status, problemOf(many).errors?.length]).toEqual([400, 10]);
    const huge = await register(fields(1_000));
    expect(problemOf(huge).errors).toMatchObject([{ code: 'body.too_long', params: { max: 50 } }]);
    expect(JSON.stringify(huge.body).length).toBeLessThan(2_000);
  });

  it('that are not valid UTF-8 are refused, because two passwords could become one', async () => {
    const bytes = Buffer.from(JSON.stringify({ ...valid, password: 'p_ss-and-more' }));
    bytes[bytes.indexOf('_')] = 0xe4;
    const answer = await send(bytes);
    expect([answer.status, problemOf(answer).error]).toEqual([400, 'ValidationError']);
  });

  it.each([
    'application/json; charset=utf8',
    'application/json;charset="UTF-8"',
    ' ',
    'application/hal+json',
  ])('are JSON with the Content-Type "%s"', async (type) => {
    expect((await send(JSON.stringify(valid), type)).status).toBe(201);
  });

  it.each(['text/plain', 'application/json; charset=latin1', 'application/x-www-form-urlencoded'])(
    'are not JSON with the Content-Type "%s"',
    async (type) => {
      expect((await send(JSON.stringify(valid), type)).status).toBe(415);
    },
  );

  it('are not JSON with two Content-Types, because each reader could choose a different one', async () => {
    const body = JSON.stringify(valid);
    const types = ['Content-Type', 'application/json', 'Content-Type', 'text/plain'];
    const headers = ['Host', 'localhost', ...types, 'Content-Length', String(body.length)];
    const sent = request(`${await edge.app.getUrl()}/api/v1/users/register`, { method: 'POST', headers });
    sent.end(body);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode).toBe(415);
  });

  it.each(['1234', '12 34', ' 12-34\r\n', '１２３４', '١٢٣٤', '१२३४', '1\u200b2\u00a034', '12–34', '𝟏𝟐𝟑𝟒'])(
    'accept the code %j',
    async (code) => {
      expect((await activate(code)).status).toBe(200);
    },
  );

  it.each(['123', '12a4', '1234567890', '', 1234, null, ['1234'], 'Ⅳ234', '1.234'])(
    'refuse the code %j',
    async (code) => {
      const answer = await activate(code);
      expect([answer.status, problemOf(answer).errors?.[0]?.field]).toEqual([400, 'activation_code']);
    },
  );
});
