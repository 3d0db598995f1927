import { spawnApp, type SpawnedApp } from '../support/apps';
import { codeIn } from '../support/inbox';
import { pipeline } from '../support/raw-http';
import { basic, Client, MODES, Service, tally } from '../support/service';
import { until } from '../support/until';

const PASSWORD = 'SecurePass123';
const LIMITED = { ENABLE_RATE_LIMITING: 'true' };

describe.each(MODES)('Rate limits, %s', (mode) => {
  let service: Service;
  let client: Client;

  beforeAll(async () => {
    service = await Service.start(mode, {
      ...LIMITED,
      TRUST_PROXY: '127.0.0.1',
      RATE_LIMIT_RESEND_PER_MINUTE: '1',
    });
    client = new Client(service.api.url);
  });
  afterAll(() => service.stop());

  const from = (address: string): Record<string, string> => ({ 'X-Forwarded-For': address });
  const registered = async (email: string, address: string): Promise<string> => {
    expect((await client.register(email, PASSWORD, from(address))).status).toBe(201);
    return codeIn(await service.inbox.mailTo(email));
  };
  const activate = (email: string, password: string, code: string, address: string) =>
    client.post(
      '/api/v1/users/activate',
      { activation_code: code },
      { ...basic(email, password), ...from(address) },
    );

  it('allow five registrations per hour, and are shown in every response', async () => {
    for (let left = 4; left >= 0; left -= 1) {
      const answer = await client.register(`five${left}@example.com`, PASSWORD, from('203.0.113.5'));
      expect(answer.status).toBe(201);
      expect(answer.headers.get('x-ratelimit-limit')).toBe('5');
      expect(answer.headers.get('x-ratelimit-remaining')).toBe(String(left));
      expect(answer.headers.get('ratelimit-policy')).toBe(
        '"client";q=100;w=60, "global";q=1000;w=60, "registration";q=5;w=3600',
      );
    }
    const refused = await client.register('six@example.com', PASSWORD, from('203.0.113.5'));
    expect([refused.status, refused.body['error']]).toEqual([429, 'RateLimitExceeded']);
    const retryAfter = Number(refused.headers.get('retry-after'));
    expect(refused.body['retry_after_seconds']).toBe(retryAfter);
    expect(refused.body['limit']).toBe('registration');
    expect(retryAfter).toBeGreaterThan(3_500);
    expect(retryAfter).toBeLessThanOrEqual(3_600);
    expect(refused.headers.get('x-ratelimit-remaining')).toBe('0');
    const date = Date.parse(refused.headers.get('date') ?? '') / 1_000;
    expect(
      Math.abs(date + retryAfter - Number(refused.headers.get('x-ratelimit-reset'))),
    ).toBeLessThanOrEqual(1);
    expect(refused.headers.get('ratelimit')).toBe(`"registration";r=0;t=${retryAfter}`);
  });

  it('do not count a registration with an invalid body, but show the limit', async () => {
    const bad = await client.register('kevin', PASSWORD, from('203.0.113.6'));
    expect([
      bad.status,
      bad.headers.get('x-ratelimit-limit'),
      bad.headers.get('x-ratelimit-remaining'),
    ]).toEqual([400, '5', '5']);
  });

  it('stop a stranger who guesses the password, while the owner activates', async () => {
    const code = await registered('owner@example.com', '203.0.113.20');
    const answers = [];
    for (let index = 0; index < 5; index += 1) {
      answers.push(await activate('owner@example.com', `Wrong${PASSWORD}${index}`, code, '203.0.113.66'));
    }
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 429, 429]);
    expect((await activate('OWNER@example.com', PASSWORD, code, '203.0.113.20')).status).toBe(200);
  });

  it('allow three parallel wrong passwords, and not one more', async () => {
    const code = await registered('parallel@example.com', '203.0.113.21');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        activate('parallel@example.com', `Wrong${index}Pass`, code, '203.0.113.67'),
      ),
    );
    expect(tally(answers)).toEqual({ 401: 3, 429: 17 });
  });

  it('answer the fourth wrong code within a minute with 429', async () => {
    const code = await registered('mistaken@example.com', '203.0.113.22');
    const wrong = code === '0000' ? '0001' : '0000';
    const statuses = [];
    for (let index = 0; index < 4; index += 1) {
      statuses.push(
        (await activate('mistaken@example.com', PASSWORD, wrong, `203.0.113.${100 + index}`)).status,
      );
    }
    expect(statuses).toEqual([400, 400, 410, 429]);
  });

  it('allow one new code per minute', async () => {
    await registered('resend@example.com', '203.0.113.23');
    const again = () => client.newCode('resend@example.com', PASSWORD);
    expect((await again()).status).toBe(202);
    const refused = await again();
    expect([refused.status, refused.headers.get('x-ratelimit-limit')]).toEqual([429, '1']);
  });

  it('repeat the answer to a request for a new code with the same Idempotency-Key within the minute', async () => {
    await registered('again@example.com', '203.0.113.25');
    const [key, other] = ['the-key-of-a-code', 'another-key-of-one'].map((value) => ({
      'Idempotency-Key': value,
    }));
    const ask = (headers: Record<string, string> = {}) =>
      client.newCode('again@example.com', PASSWORD, headers);
    const first = await ask(key);
    const [again, another, without] = [await ask(key), await ask(other), await ask()];
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([202, 'true']);
    expect(again.body).toEqual(first.body);
    expect([another.status, without.status]).toEqual([429, 429]);
    await service.inbox.mailTo('again@example.com', 2);
  });

  it('allow replacing a code with too many failed attempts within the minute, once', async () => {
    await registered('thrice@example.com', '203.0.113.24');
    const again = () => client.newCode('thrice@example.com', PASSWORD);
    expect((await again()).status).toBe(202);
    const code = codeIn(await service.inbox.mailTo('thrice@example.com', 2));
    const wrong = String((Number(code) + 1) % 10_000).padStart(4, '0');
    const statuses = [];
    for (let n = 0; n < 3; n += 1)
      statuses.push((await activate('thrice@example.com', PASSWORD, wrong, '203.0.113.24')).status);
    expect(statuses).toEqual([400, 400, 410]);
    expect((await again()).status).toBe(202);
    await service.inbox.mailTo('thrice@example.com', 3);
    expect((await again()).status).toBe(429);
  });

  it('let the code that replaces one with too many failed attempts be redeemed immediately', async () => {
    const email = 'three-typing-errors@example.com';
    const code = await registered(email, '203.0.113.27');
    const wrong = code === '0000' ? '0001' : '0000';
    const statuses = [];
    for (let index = 0; index < 3; index += 1) {
      statuses.push((await activate(email, PASSWORD, wrong, '203.0.113.27')).status);
    }
    expect(statuses).toEqual([400, 400, 410]);
    expect((await client.newCode(email, PASSWORD, from('203.0.113.27'))).status).toBe(202);
    const next = codeIn(await service.inbox.mailTo(email, 2));
    expect((await activate(email, PASSWORD, next, '203.0.113.27')).status).toBe(200);
  });

  it('do not let a client block a route for others', async () => {
    const empty =
      'POST /api/v1/users/register HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 203.0.113.30\r\n';
    const hundred = Array<string>(100).fill(empty);
    const flood: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const four = [hundred, hundred, hundred, hundred];
      flood.push(...(await Promise.all(four.map((heads) => pipeline(service.api.port, heads)))).flat());
    }
    const withStatus = (status: number): string[] =>
      flood.filter((answer) => answer.startsWith(`HTTP/1.1 ${status} `));
    expect([flood.length, withStatus(400).length, withStatus(429).length]).toEqual([1_200, 100, 1_100]);
    expect(flood.at(-1)).toContain('"limit":"client"');
    expect((await client.register('others@example.com', PASSWORD, from('203.0.113.31'))).status).toBe(201);
  });

  it('allow twenty wrong passwords of a client over all addresses', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        activate(`guessed${index}@example.com`, `Wrong${PASSWORD}`, '1234', '203.0.113.32'),
      ),
    );
    expect(tally(answers)).toEqual({ 401: 20, 429: 20 });
    expect(answers.find(({ status }) => status === 429)?.body['limit']).toBe('credentials_client');
  });

  it('do not count attempts of an expired registration against the next one', async () => {
    const stranger = 'StrangersPass1';
    const email = 'reborn@example.com';
    expect((await client.register(email, stranger, from('203.0.113.33'))).status).toBe(201);
    await service.inbox.mailTo(email);
    for (let index = 0; index < 3; index += 1) await activate(email, stranger, 'no code', '203.0.113.33');
    const code = codeIn(await service.inbox.mailTo(email));
    const wrong = code === '0000' ? '0001' : '0000';
    for (let index = 0; index < 3; index += 1) await activate(email, stranger, wrong, '203.0.113.33');
    await until('the code has expired', async () => {
      const rows = await service.database.sql`
        update users set code_expires_at = now()
        where email = ${email} and mail_sent_at is not null and mail_due_at is null
        returning id`;
      return rows.length === 1;
    });
    expect((await client.register(email, PASSWORD, from('203.0.113.34'))).status).toBe(201);
    const mine = codeIn(await service.inbox.mailTo(email, 2));
    expect((await activate(email, PASSWORD, mine, '203.0.113.34')).status).toBe(200);
  });

  it('count an IPv6 /64 as one client', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        client.register(`v6-${index}@example.com`, PASSWORD, from(`2001:db8:1:2::${index}`)),
      ),
    );
    expect(tally(answers)).toEqual({ 201: 5, 429: 3 });
  });

  it('are spent at users/me by wrong passwords; right ones only spend the limit of all requests', async () => {
    await client.register('limits@example.com', PASSWORD);
    const right = [];
    for (let n = 0; n < 25; n += 1) right.push(await client.me('limits@example.com', PASSWORD));
    expect(new Set(right.map(({ status }) => status))).toEqual(new Set([200]));
    expect(right.at(-1)?.headers.get('x-ratelimit-limit')).toBe('100');
    const wrong = [];
    for (let n = 0; n < 4; n += 1) wrong.push(await client.me('limits@example.com', 'WrongPass123'));
    expect(wrong.map(({ status }) => status)).toEqual([401, 401, 401, 429]);
    expect(wrong.at(-1)?.body['limit']).toBe('credentials');
  });

  it('allow replacing a code with too many failed attempts without waiting, once', async () => {
    const email = 'early@example.com';
    await client.register(email, PASSWORD);
    await service.inbox.mailTo(email);
    expect((await client.newCode(email, PASSWORD)).status).toBe(202);
    const code = codeIn(await service.inbox.mailTo(email, 2));
    const wrong = code === '0000' ? '0001' : '0000';
    for (let n = 0; n < 3; n += 1) await client.activate(email, PASSWORD, wrong);
    expect((await client.newCode(email, PASSWORD)).status).toBe(202);
    const refused = await client.newCode(email, PASSWORD);
    expect([refused.status, refused.body['limit']]).toEqual([429, 'resend']);
  });

  it('do not apply to probes, health, API documentation and unknown paths', async () => {
    for (const path of ['/livez', '/readyz', '/api/v1/health', '/docs-json', '/nothing']) {
      const answer = await client.get(path);
      expect([...answer.headers.keys()].filter((name) => name.includes('ratelimit'))).toEqual([]);
    }
  });
});

describe('Rate limits over two processes', () => {
  let service: Service;
  let other: SpawnedApp;

  beforeAll(async () => {
    service = await Service.startApi('redis', LIMITED);
    other = await spawnApp('api', service.env);
  });
  afterAll(async () => {
    await other.end();
    await service.stop();
  });

  it('allow exactly 5 of 200 parallel registrations of one client, whatever X-Forwarded-For contains', async () => {
    const clients = [new Client(service.api.url), new Client(other.url)];
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        (clients[index % 2] as Client).register(`many${index}@example.com`, PASSWORD, {
          'X-Forwarded-For': `198.51.100.${index % 250}`,
        }),
      ),
    );
    expect(tally(answers)).toEqual({ 201: 5, 429: 195 });
  });

  it('store no key for unknown paths, no raw address, and no key without an expiry', async () => {
    const redis = service.redis?.connect();
    if (redis === undefined) throw new Error('This suite runs on Redis');
    const before = await redis.keys('*{limits}:*');
    for (let round = 0; round < 3; round += 1) {
      const heads = Array.from(
        { length: 100 },
        (_, index) => `POST /api/v1/users/junk${round}.${index} HTTP/1.1\r\nHost: localhost\r\n`,
      );
      const answers = await pipeline(service.api.port, heads);
      expect(answers.filter((answer) => answer.startsWith('HTTP/1.1 404 '))).toHaveLength(100);
    }
    const after = await redis.keys('*{limits}:*');
    expect(after.sort()).toEqual(before.sort());
    for (const key of after) {
      expect(key).not.toMatch(/127\.0\.0\.1|@|example/);
      expect(await redis.pttl(key)).toBeGreaterThan(0);
    }
    redis.disconnect();
  });

  it('keep working without Redis, within two seconds', async () => {
    await service.redis?.stop();
    const client = new Client(service.api.url);
    const answer = await client.post(
      '/api/v1/users/activate',
      { activation_code: '1234' },
      basic('a@b.co', PASSWORD),
    );
    expect(answer.status).toBe(401);
    expect(answer.headers.get('x-ratelimit-limit')).toBe('3');
    // A process remembers the state of Redis for a second, and an earlier test may have asked.
    await until(
      'degraded',
      async () => (await client.get('/api/v1/health')).body['status'] === 'degraded',
      2_000,
    );
    expect((await client.get('/readyz')).status).toBe(200);
    await service.redis?.restart();
    await until(
      'healthy again',
      async () => (await client.get('/api/v1/health')).body['status'] === 'healthy',
      5_000,
    );
  });
});
