import { codeIn } from '../support/inbox';
import { spawnApp } from '../support/apps';
import { Client, Service, type Answer } from '../support/service';
import { until } from '../support/until';

const PASSWORD = 'SecurePass123';
const STRANGERS = 'StrangersPass1';

/** Parts that differ between any two responses: the request, the clock, and the requested address. */
const ALWAYS_DIFFERENT = new Set(['x-request-id', 'date', 'x-ratelimit-reset', 'etag', 'ratelimit']);

/** Everything that a stranger can compare in two responses. */
function seen({ status, headers, body }: Answer): unknown {
  const { request_id, email, id, created_at, activation, ...rest } = body;
  // A new code can be requested right after a registration: that time equals `created_at`.
  const { resend_allowed_at, ...code } = (activation ?? {}) as Record<string, unknown>;
  const shown = [...headers].filter(([name]) => !ALWAYS_DIFFERENT.has(name));
  const kinds = [request_id, email, id, created_at].map((value) => typeof value);
  return { status, headers: shown.sort(), kinds, rest, code, resendsNow: resend_allowed_at === created_at };
}

/** A response as a stranger sees it, without the parts that always differ. */
function withoutValues({ status, headers, body }: Answer): unknown {
  const names = [...headers.keys()].sort();
  return { status, names, fields: Object.keys(body), message: body['message'] };
}

/** An activated account, a registration of the stranger, and an unknown address, all equally long. */
async function people(service: Service, client: Client, name: string) {
  const [taken, own, unknown] = ['taken', 'owned', 'blank'].map((kind) => `${kind}-${name}@example.com`) as [
    string,
    string,
    string,
  ];
  await client.register(taken, PASSWORD);
  const code = codeIn(await service.inbox.mailTo(taken));
  expect((await client.activate(taken, PASSWORD, code)).status).toBe(200);
  return { taken, own, unknown };
}

const wrongCode = (code: string): string => String((Number(code) + 1) % 10_000).padStart(4, '0');

describe.each(['one-node', 'redis'] as const)('Concealed accounts, %s', (mode) => {
  let service: Service;
  let client: Client;

  beforeAll(async () => {
    service = await Service.start(mode, {
      CONCEAL_REGISTERED_EMAILS: 'true',
      ENABLE_RATE_LIMITING: 'true',
      RATE_LIMIT_REGISTRATION_PER_HOUR: '1000',
      RATE_LIMIT_CREDENTIALS_PER_MINUTE: '1000',
      RATE_LIMIT_CLIENT_PER_MINUTE: '1000',
      RATE_LIMIT_ACTIVATION_PER_MINUTE: '6',
    });
    client = new Client(service.api.url);
  });
  afterAll(() => service.stop());

  /** Number of passwords hashed or compared by the api so far. */
  async function hashes(): Promise<number> {
    const { body } = await client.get('/metrics');
    const [, count] = /^password_hash_wait_seconds_count(?:\{.*?\})? (\d+)/m.exec(String(body['text'])) ?? [];
    return Number(count);
  }

  async function costOf(ask: () => Promise<Answer>): Promise<number> {
    const before = await hashes();
    await ask();
    return (await hashes()) - before;
  }

  it('get the same response for a registration of a taken address as of a free one, field by field', async () => {
    const { taken, own } = await people(service, client, 'register');
    const free = await client.register(own, STRANGERS);
    const pretended = await client.register(taken, STRANGERS);
    expect(seen({ ...pretended, headers: withoutRemaining(pretended) })).toEqual(
      seen({ ...free, headers: withoutRemaining(free) }),
    );
    const again = await client.register(own, 'AnotherPass12');
    expect(seen({ ...again, headers: withoutRemaining(again) })).toEqual(
      seen({ ...free, headers: withoutRemaining(free) }),
    );
  });

  it('reveal nothing when a taken address is registered, while its owner is told once', async () => {
    const free = await client.register('told@example.com', PASSWORD);
    const code = codeIn(await service.inbox.mailTo('told@example.com'));
    expect((await client.activate('told@example.com', PASSWORD, code)).status).toBe(200);

    const taken = await client.register('Told@example.com', 'StrangersPass1');
    expect(withoutValues(taken)).toEqual(withoutValues(free));
    expect(taken.body['email']).toBe('told@example.com');
    expect(taken.body['id']).not.toBe(free.body['id']);
    const notice = await service.inbox.mailTo('told@example.com', 2);
    expect(notice.Subject).toContain('already');
    expect(notice.Text).not.toMatch(/^ {4}\d+$/m);

    const again = await client.register('told@example.com', 'StrangersPass1');
    expect(withoutValues(again)).toEqual(withoutValues(free));
    await client.register('after-told@example.com', PASSWORD);
    await service.inbox.mailTo('after-told@example.com');
    expect(service.inbox.mailsTo('told@example.com')).toHaveLength(2);
    expect((await client.activate('told@example.com', 'StrangersPass1', '1234')).status).toBe(401);
  });

  it('have id and time of a pretended registration from the clocks of a real one', async () => {
    const { taken, own } = await people(service, client, 'clocks');
    for (const [answer, min, max] of [
      [await client.register(own, STRANGERS), 0, 5_000],
      [await client.register(taken, STRANGERS), 0, 5_000],
    ] as const) {
      // The api creates the id before the database takes the time; both are in milliseconds.
      const idMs = Number.parseInt(String(answer.body['id']).replaceAll('-', '').slice(0, 12), 16);
      const lag = Date.parse(String(answer.body['created_at'])) - idMs;
      expect(lag).toBeGreaterThanOrEqual(min);
      expect(lag).toBeLessThan(max);
    }
  });

  it('answer every failed activation with the same 401, after one comparison, with the same limits shown', async () => {
    const { taken, own, unknown } = await people(service, client, 'activate');
    await client.register(own, STRANGERS);
    await client.register(taken, STRANGERS);
    const code = codeIn(await service.inbox.mailTo(own));

    const failures = {
      pretended: () => client.activate(taken, STRANGERS, '1234'),
      'already activated': () => client.activate(`taken-register@example.com`, PASSWORD, '1234'),
      'wrong code': () => client.activate(own, STRANGERS, wrongCode(code)),
      unknown: () => client.activate(unknown, STRANGERS, '1234'),
      'no address': () => client.activate('no address', STRANGERS, '1234'),
    };
    const reference = seen(await client.activate('reference@example.com', STRANGERS, '1234'));
    for (const [what, ask] of Object.entries(failures)) {
      expect({ what, answer: seen(await ask()) }).toEqual({ what, answer: reference });
    }
    for (const [what, ask] of Object.entries(failures)) {
      expect({ what, hashes: await costOf(ask) }).toEqual({ what, hashes: 1 });
    }
    // Wrong codes are counted although no response shows it: the third one has invalidated this code.
    await client.activate(own, STRANGERS, wrongCode(code));
    await until('the code to be dead', async () => {
      const [row] = await service.database.sql<{ dead: boolean }[]>`
        select code_early_resend = 'open' as dead from users where email = ${own}`;
      return row?.dead === true;
    });
    const dead = await client.activate(own, STRANGERS, code);
    const wrong = await client.activate(unknown, STRANGERS, code);
    await client.activate(unknown, STRANGERS, code);
    expect({ ...dead.body, request_id: '' }).toEqual({ ...wrong.body, request_id: '' });
    expect(dead.status).toBe(401);
  });

  it('refuse a client that keeps trying a free or a taken address at the same attempt', async () => {
    const { taken, own } = await people(service, client, 'limits');
    await client.register(own, STRANGERS);
    const code = codeIn(await service.inbox.mailTo(own));
    const statuses = async (email: string): Promise<number[]> => {
      const answers: number[] = [];
      for (let n = 0; n < 8; n += 1)
        answers.push((await client.activate(email, STRANGERS, wrongCode(code))).status);
      return answers;
    };
    const ofOwn = await statuses(own);
    expect(ofOwn).toEqual([401, 401, 401, 401, 401, 401, 429, 429]);
    expect(await statuses(taken)).toEqual(ofOwn.slice(0, 8));
  });

  it('answer every request for a new code with the same 202, and mail only the one with the right password', async () => {
    const { taken, own, unknown } = await people(service, client, 'codes');
    await client.register(own, STRANGERS);
    await service.inbox.mailTo(own);
    const reference = seen(await client.newCode('extra-codes@example.com', STRANGERS));
    const asked = {
      pretended: () => client.newCode(taken, STRANGERS),
      'already activated': () => client.newCode(taken, PASSWORD),
      'wrong password': () => client.newCode(own, PASSWORD),
      unknown: () => client.newCode(unknown, STRANGERS),
    };
    expect(seen(await client.newCode(own, STRANGERS))).toEqual(reference);
    await service.inbox.mailTo(own, 2);
    for (const [what, ask] of Object.entries(asked)) {
      expect({ what, hashes: await costOf(ask) }).toEqual({ what, hashes: 1 });
    }
    // Within the resend minute: the same response after the same work, without a mail.
    expect((await client.newCode(own, STRANGERS)).status).toBe(202);
    expect(await costOf(() => client.newCode(own, STRANGERS))).toBe(1);
    await client.register('last@example.com', PASSWORD);
    await service.inbox.mailTo('last@example.com');
    expect(service.inbox.mailsTo(own)).toHaveLength(2);
    expect(service.inbox.mailsTo(taken)).toHaveLength(1);
    expect(service.inbox.mailsTo(unknown)).toHaveLength(0);
  });

  it('get the same response of users/me for a pending account, a wrong password and an unknown address', async () => {
    const { taken, own, unknown } = await people(service, client, 'me');
    await client.register(own, STRANGERS);
    await service.inbox.mailTo(own);
    const ask = {
      pending: () => client.me(own, STRANGERS),
      'wrong password': () => client.me(taken, STRANGERS),
    };
    const reference = await client.me(unknown, STRANGERS);
    expect(reference.status).toBe(401);
    for (const [what, each] of Object.entries(ask)) {
      expect({ what, answer: seen(await each()) }).toEqual({ what, answer: seen(reference) });
      expect({ what, hashes: await costOf(each) }).toEqual({ what, hashes: 1 });
    }
    expect((await client.me(taken, PASSWORD)).status).toBe(200);
  });

  it('repeat the response of a pretended registration like that of a real one', async () => {
    const { taken, own } = await people(service, client, 'repeat');
    const [free, pretended] = await Promise.all(
      [own, taken].map(async (email) => {
        const key = { 'Idempotency-Key': `repeat-of-${email}` };
        const first = await client.register(email, STRANGERS, key);
        const second = await client.register(email, STRANGERS, key);
        const other = await client.register(email, 'AnotherPass12', key);
        const comparable = ({ request_id: _id, ...rest }: Answer['body']): object => rest;
        expect(comparable(second.body)).toEqual(comparable(first.body));
        return { first, second, other };
      }),
    );
    for (const answer of ['first', 'second', 'other'] as const) {
      const [real, made] = [free?.[answer] as Answer, pretended?.[answer] as Answer];
      const shown = [real, made].map((each) => seen({ ...each, headers: withoutRemaining(each) }));
      expect(shown[1]).toEqual(shown[0]);
      expect(real.headers.get('idempotency-replayed')).toBe(answer === 'second' ? 'true' : null);
    }
    await Promise.all([service.inbox.mailTo(own), service.inbox.mailTo(taken, 2)]);
  });

  it('repeat a registration identically after a new code was requested, and after a code had too many failed attempts', async () => {
    const { taken, own } = await people(service, client, 'later');
    const sequence = async (email: string): Promise<unknown> => {
      const key = { 'Idempotency-Key': `repeat-later-${email}` };
      const first = await client.register(email, STRANGERS, key);
      const repeated = async (): Promise<unknown> => {
        const { status, headers, body } = await client.register(email, STRANGERS, key);
        return [status, headers.get('idempotency-replayed'), body['id'] === first.body['id']];
      };
      const told: unknown[] = [];
      await service.inbox.mailTo(email);
      await client.newCode(email, STRANGERS);
      await service.inbox.mailTo(email, 2);
      told.push(await repeated());
      // No code: a taken address has none for this password, and the code of the free one is different.
      const [code = ''] = service.inbox
        .mailsTo(email)
        .map(({ Text }) => /^(\d{4})\b/.exec(Text)?.[1] ?? '0000');
      for (let n = 0; n < 3; n += 1) await client.activate(email, STRANGERS, wrongCode(code));
      await client.register(email, 'AnotherPass12', { 'Idempotency-Key': `another-later-${email}` });
      told.push(await repeated());
      return told;
    };
    const [free, pretended] = [await sequence(own), await sequence(taken)];
    expect(free).toEqual([
      [201, 'true', true],
      [201, 'true', true],
    ]);
    expect(pretended).toEqual(free);
  });

  it('repeat one answer for racing processes, whether the address was free or taken', async () => {
    const { taken, own } = await people(service, client, 'race');
    const second = mode === 'redis' ? await spawnApp('api', service.env) : service.api;
    const clients = [client, new Client(second.url)] as const;
    for (const email of [own, taken]) {
      const key = { 'Idempotency-Key': `raced-for-${email}` };
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, n) => clients[(n % 2) as 0 | 1].register(email, STRANGERS, key)),
      );
      const bodies = answers.map(({ body: { request_id: _id, ...rest } }) => JSON.stringify(rest));
      expect([email, new Set(bodies).size]).toEqual([email, 1]);
      const firsts = answers.filter(({ headers }) => headers.get('idempotency-replayed') === null);
      expect([email, firsts.length]).toEqual([email, 1]);
    }
    if (second !== service.api) await second.end();
  });

  it('activate with the right code, although wrong ones get the same response', async () => {
    await client.register('owner@example.com', PASSWORD);
    const code = codeIn(await service.inbox.mailTo('owner@example.com'));
    expect((await client.activate('owner@example.com', PASSWORD, wrongCode(code))).status).toBe(401);
    expect((await client.activate('owner@example.com', PASSWORD, code)).status).toBe(200);
  });

  it('tell an owner who registers twice which password is valid', async () => {
    await client.register('twice@example.com', PASSWORD);
    await client.register('twice@example.com', 'AnotherPass12');
    const code = codeIn(await service.inbox.mailTo('twice@example.com'));
    const refused = await client.activate('twice@example.com', 'AnotherPass12', code);
    expect(refused.body['hint']).toContain('the first password is valid until its code expires');
    expect((await client.activate('twice@example.com', PASSWORD, code)).status).toBe(200);
  });

  it('count the notice to an owner like the mail of a code, and show no mail metrics on the public port', async () => {
    const { taken, own } = await people(service, client, 'metrics');
    const figures = async (url: string): Promise<Record<string, string>> => {
      const { body } = await new Client(url).get('/metrics');
      const lines = String(body['text']).matchAll(/^((?:mail|registrations|activation_codes)\S*) (\d+)$/gm);
      const counts = [...lines].filter(([, name = '']) => !name.includes('_seconds'));
      return Object.fromEntries(counts.map(([, name = '', value = '']) => [name, value]));
    };
    const worker = service.worker?.url ?? '';
    const changeBy = async (email: string): Promise<unknown> => {
      const before = { ...(await figures(worker)), ...(await figures(client.url)) };
      const mails = service.inbox.mailsTo(email).length;
      await client.register(email, STRANGERS);
      await service.inbox.mailTo(email, mails + 1);
      const sent = 'mail_sends_total{outcome="sent"}';
      // The row is settled, and its metric queried again, after the mail has arrived.
      await until('it is counted, and no longer owed', async () => {
        const now = await figures(worker);
        return now[sent] !== before[sent] && now['mail_owed'] === before['mail_owed'];
      });
      const after = { ...(await figures(worker)), ...(await figures(client.url)) };
      return Object.entries(after).map(([name, value]) => [name, Number(value) - Number(before[name])]);
    };
    expect(await changeBy(taken)).toEqual(await changeBy(own));
    expect(Object.entries(await figures(worker)).filter(([name]) => name === 'mail_owed')).toHaveLength(1);
    const shown = String((await client.get('/metrics')).body['text']);
    expect(shown).not.toMatch(/^(mail_owed|mail_given_up|mail_withheld|events_\w+) /m);
  });

  it('count all failures of an activation alike', async () => {
    const { body } = await client.get('/metrics');
    const results = [...String(body['text']).matchAll(/^activation\w*\{.*?result="(\w+)".*?\} ([1-9]\d*)/gm)];
    const names = new Set(results.map(([, name]) => name));
    expect(names).not.toContain('code_wrong');
    expect(names).not.toContain('already_activated');
    expect(names).not.toContain('code_dead');
  });
});

/** The remaining registrations of a client decrease from response to response. */
function withoutRemaining({ headers }: Answer): Headers {
  const kept = new Headers(headers);
  kept.delete('x-ratelimit-remaining');
  return kept;
}
