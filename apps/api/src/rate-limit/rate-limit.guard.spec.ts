import { Controller, Get } from '@nestjs/common';
import { Throttle } from '@nestjs/throttler';
import { from, PASSWORD, problemOf, startEdge, type EdgeApp } from '../testing/edge-app';

@Controller('things')
class ThingsController {
  @Get('limited')
  @Throttle({ default: { limit: 2, ttl: 60_000 } })
  limited(): string {
    return 'a thing';
  }

  @Get('free')
  free(): string {
    return 'a thing';
  }
}

describe('Limits of a new route', () => {
  let edge: EdgeApp;
  beforeAll(async () => {
    edge = await startEdge({}, [ThingsController]);
  });
  afterAll(() => edge.app.close());

  it('are the ones in a plain @Throttle(), without further code', async () => {
    const get = (address: string) => edge.http.get('/things/limited').set(from(address));
    const first = await get('192.0.2.1');
    expect([
      first.status,
      first.headers['x-ratelimit-limit'],
      first.headers['x-ratelimit-remaining'],
    ]).toEqual([200, '2', '1']);
    expect((await get('192.0.2.1')).status).toBe(200);
    const third = await get('192.0.2.1');
    expect([third.status, problemOf(third).error, third.headers['ratelimit-policy']]).toEqual([
      429,
      'RateLimitExceeded',
      '"default";q=2;w=60',
    ]);
    expect(Number(third.headers['retry-after'])).toBe(problemOf(third).retry_after_seconds);
    expect((await get('192.0.2.2')).status).toBe(200);
  });

  it('are none if it lists none', async () => {
    const answer = await edge.http.get('/things/free').set(from('192.0.2.3'));
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.headers).filter((name) => name.includes('ratelimit'))).toEqual([]);
  });
});

describe('Limits of accounts', () => {
  let edge: EdgeApp;
  beforeAll(async () => {
    edge = await startEdge();
  });
  afterAll(() => edge.app.close());

  const register = (address: string, body: object | string) =>
    edge.http
      .post('/api/v1/users/register')
      .set({ ...from(address), 'Content-Type': 'application/json' })
      .send(body);
  const activate = (address: string, password: string, code = '1234') =>
    edge.http
      .post('/api/v1/users/activate')
      .set(from(address))
      .auth('kevin@example.com', password)
      .send({ activation_code: code });

  it.each([
    ['a field that is not valid', { email: 'kevin', password: PASSWORD }, 400],
    ['a body that is no JSON', '{', 400],
    ['a body that is too large', { email: 'a'.repeat(20_000), password: PASSWORD }, 413],
  ])('refund a registration that was refused for %s', async (_what, body, status) => {
    const address = `198.51.100.${_what.length}`;
    const refused = await register(address, body);
    expect([
      refused.status,
      refused.headers['x-ratelimit-limit'],
      refused.headers['x-ratelimit-remaining'],
    ]).toEqual([status, '5', '5']);
    expect(refused.headers['ratelimit-policy']).toContain('"global"');
  });

  it('leave capacity for others when one IPv6 network uses thousands of addresses', async () => {
    const answers = await Promise.all(
      Array.from({ length: 400 }, (_, index) => register(`2001:db8:1:${index.toString(16)}::1`, '{')),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(200);
    expect(refused.map((answer) => problemOf(answer).limit)).toEqual(refused.map(() => 'network'));
    const other = await register('2001:db8:2::1', { email: 'other@example.com', password: PASSWORD });
    expect([other.status, other.headers['ratelimit-policy']]).toEqual([
      201,
      '"client";q=100;w=60, "network";q=200;w=60, "global";q=1000;w=60, "registration";q=5;w=3600',
    ]);
  });

  it('allow five of twenty concurrent registrations of a client', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        register('203.0.113.1', { email: `p${index}@example.com`, password: PASSWORD }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(15);
  });

  it('count only wrong passwords, and show the account its own limit', async () => {
    for (let index = 0; index < 3; index += 1) {
      const right = await activate('203.0.113.2', PASSWORD);
      expect([right.status, right.headers['x-ratelimit-limit']]).toEqual([200, '3']);
      expect(right.headers['ratelimit-policy']).not.toContain('credentials');
    }
    const wrong = [];
    for (let index = 0; index < 4; index += 1) wrong.push(await activate('203.0.113.2', 'WrongPass123'));
    expect(wrong.map(({ status }) => status)).toEqual([401, 401, 401, 429]);
  });

  it('refund an attempt with a malformed code', async () => {
    for (let index = 0; index < 5; index += 1) {
      const answer = await activate('203.0.113.3', 'WrongPass123', 'no code');
      expect([answer.status, problemOf(answer).errors?.[0]?.field]).toEqual([400, 'activation_code']);
      expect(answer.headers['x-ratelimit-remaining']).toBe('3');
    }
  });

  it('are shown to a request without credentials, which is then refused', async () => {
    const answer = await edge.http.post('/api/v1/users/activation-codes').set(from('203.0.113.4'));
    expect([answer.status, answer.headers['ratelimit-policy']]).toEqual([
      401,
      '"client";q=100;w=60, "global";q=1000;w=60',
    ]);
  });
});

describe('ENABLE_RATE_LIMITING=false', () => {
  it('allows everything, without rate-limit headers', async () => {
    const { app, http } = await startEdge({ ENABLE_RATE_LIMITING: 'false' });
    for (let index = 0; index < 7; index += 1) {
      const answer = await http
        .post('/api/v1/users/register')
        .send({ email: `free${index}@example.com`, password: PASSWORD });
      expect([answer.status, answer.headers['x-ratelimit-limit']]).toEqual([201, undefined]);
    }
    await app.close();
  });
});
