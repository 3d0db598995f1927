import { Client, MODES, Service, tally } from '../support/service';
import { codeIn } from '../support/inbox';
import { until } from '../support/until';

const PASSWORD = 'SecurePass123';

describe.each(MODES)('Registration, %s', (mode) => {
  let service: Service;
  let client: Client;

  beforeAll(async () => {
    service = await Service.start(mode);
    client = new Client(service.api.url);
  });
  afterAll(() => service.stop());

  /** Expires a code, once its mail is marked as sent, when its lifetime starts. */
  const expire = (email: string) =>
    until('the code has expired', async () => {
      const rows = await service.database.sql`
        update users set code_expires_at = now()
        where email = ${email} and mail_sent_at is not null and mail_due_at is null
        returning id`;
      return rows.length === 1;
    });

  it('takes a user from sign-up through the mail to an activated account', async () => {
    const registered = await client.register('kevin@example.com', PASSWORD);
    expect(registered.status).toBe(201);
    expect(registered.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      email: 'kevin@example.com',
      is_activated: false,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      activation: {
        code_state: 'owed',
        code_length: 4,
        code_lifetime_seconds: 60,
        code_expires_at: null,
        resend_allowed_at: registered.body['created_at'],
        resends_left: 10,
      },
      message: expect.any(String),
    });
    const code = codeIn(await service.inbox.mailTo('kevin@example.com'));
    expect(code).toMatch(/^\d{4}$/);

    const activated = await client.activate('kevin@example.com', PASSWORD, code);
    expect(activated.status).toBe(200);
    expect(activated.body).toMatchObject({ email: 'kevin@example.com', is_activated: true });
    expect(Date.parse(String(activated.body['activated_at']))).not.toBeNaN();

    const again = await client.activate('kevin@example.com', PASSWORD, code);
    expect([again.status, again.body['error']]).toEqual([409, 'UserAlreadyActivated']);
    const taken = await client.register('Kevin@Example.COM', PASSWORD);
    expect([taken.status, taken.body['error']]).toEqual([409, 'UserAlreadyExists']);
    const noMore = await client.newCode('kevin@example.com', PASSWORD);
    expect([noMore.status, noMore.body['error']]).toEqual([409, 'UserAlreadyActivated']);
  });

  it('lets one of 40 simultaneous sign-ups for an address succeed', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => client.register('race@example.com', `${PASSWORD}${index}`)),
    );
    expect(tally(answers)).toEqual({ 201: 1, 409: 39 });
    await service.inbox.mailTo('race@example.com');
    expect(await service.database.sql`select id from users where email = 'race@example.com'`).toHaveLength(1);
  });

  it('lets one of 40 simultaneous activations succeed', async () => {
    await client.register('once@example.com', PASSWORD);
    const code = codeIn(await service.inbox.mailTo('once@example.com'));
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => client.activate('once@example.com', PASSWORD, code)),
    );
    expect(tally(answers)).toEqual({ 200: 1, 409: 39 });
  });

  it('counts three failed attempts at a code, and invalidates it after the last one', async () => {
    await client.register('guess@example.com', PASSWORD);
    const code = codeIn(await service.inbox.mailTo('guess@example.com'));
    const wrong = code === '0000' ? '0001' : '0000';
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => client.activate('guess@example.com', PASSWORD, wrong)),
    );
    expect(tally(answers)).toEqual({ 400: 2, 410: 18 });
    const dead = await client.activate('guess@example.com', PASSWORD, code);
    expect([dead.status, dead.body['error']]).toEqual([410, 'ActivationCodeExpired']);
    expect(dead.body['hint']).toContain('/api/v1/users/activation-codes');
  });

  it('sends a new code that replaces the old one', async () => {
    await client.register('again@example.com', PASSWORD);
    const first = codeIn(await service.inbox.mailTo('again@example.com'));
    const answer = await client.newCode('again@example.com', PASSWORD);
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({
      message: expect.any(String),
      email: 'again@example.com',
      activation: expect.objectContaining({ code_state: 'owed', code_expires_at: null, resends_left: 9 }),
    });
    const second = codeIn(await service.inbox.mailTo('again@example.com', 2));
    if (first !== second) {
      expect((await client.activate('again@example.com', PASSWORD, first)).status).toBe(400);
    }
    expect((await client.activate('again@example.com', PASSWORD, second)).status).toBe(200);
  });

  it('replaces a registration whose code expired unused, and keeps nothing of it', async () => {
    const strangers = await client.register('mine@example.com', 'StrangersPass1');
    const strangersCode = codeIn(await service.inbox.mailTo('mine@example.com'));
    await expire('mine@example.com');

    const mine = await client.register('mine@example.com', PASSWORD);
    expect(mine.status).toBe(201);
    expect(mine.body['id']).not.toBe(strangers.body['id']);
    const code = codeIn(await service.inbox.mailTo('mine@example.com', 2));
    expect((await client.activate('mine@example.com', 'StrangersPass1', strangersCode)).status).toBe(401);
    if (strangersCode !== code) {
      expect((await client.activate('mine@example.com', PASSWORD, strangersCode)).status).toBe(400);
    }
    expect((await client.activate('mine@example.com', PASSWORD, code)).status).toBe(200);
  });

  it('refuses an expired code', async () => {
    await client.register('late@example.com', PASSWORD);
    const code = codeIn(await service.inbox.mailTo('late@example.com'));
    await expire('late@example.com');
    expect((await client.activate('late@example.com', PASSWORD, code)).status).toBe(410);
  });

  it.each([
    ['mixed case', 'MiXed.Case@Example.ORG', 'mixed.case@example.org', PASSWORD],
    ['an IDN domain', 'heidi@Bücher.example', 'heidi@xn--bcher-kva.example', PASSWORD],
    ['a password in UTF-8', 'utf8@example.org', 'utf8@example.org', 'pässwörd-密码-🔑'],
    ['a password with colons', 'colons@example.org', 'colons@example.org', 'a:b::c:d:e'],
    ['a password of 72 bytes', 'long@example.org', 'long@example.org', 'ü'.repeat(36)],
  ])('registers and activates with %s', async (_what, typed, canonical, password) => {
    expect((await client.register(typed, password)).body['email']).toBe(canonical);
    const mail = await service.inbox.mailTo(canonical);
    expect(mail.To).toHaveLength(1);
    const activated = await client.activate(typed, password, codeIn(mail));
    expect([activated.status, activated.body['email']]).toEqual([200, canonical]);
  });

  it('gives the same response for an unknown address and a wrong password', async () => {
    await client.register('known@example.com', PASSWORD);
    const [unknown, wrong] = await Promise.all([
      client.activate('unknown@example.com', PASSWORD, '1234'),
      client.activate('known@example.com', 'WrongPass123', '1234'),
    ]);
    expect(unknown.status).toBe(401);
    expect(unknown.headers.get('www-authenticate')).toBe('Basic realm="User Registration", charset="UTF-8"');
    const comparable = ({ request_id: _, ...body }: Record<string, unknown>): unknown => body;
    expect(comparable(unknown.body)).toEqual(comparable(wrong.body));
    expect([...unknown.headers.keys()]).toEqual([...wrong.headers.keys()]);
  });

  it('sends the mail of a sign-up whose ring was lost', async () => {
    await service.stopWorker();
    expect((await client.register('owed@example.com', PASSWORD)).status).toBe(201);
    if (service.redis !== null) {
      const redis = service.redis.connect();
      await redis.flushall();
      redis.disconnect();
    }
    await service.startWorker();
    const code = codeIn(await service.inbox.mailTo('owed@example.com'));
    expect((await client.activate('owed@example.com', PASSWORD, code)).status).toBe(200);
  });

  it('retries a mail after a temporary refusal, with the same code and Message-ID', async () => {
    service.inbox.refuse(451, 1);
    await client.register('grey@example.com', PASSWORD);
    const mail = await service.inbox.mailTo('grey@example.com', 1, 15_000);
    const [row] = await until('the mail is marked sent', async () => {
      const rows = await service.database.sql`
        select mail_id, mail_attempts from users where email = 'grey@example.com' and mail_sent_at is not null`;
      return rows.length === 1 && rows;
    });
    expect(row?.['mail_attempts']).toBe(2);
    expect(mail.MessageID).toBe(`${String(row?.['mail_id'])}@example.com`);
    expect((await client.activate('grey@example.com', PASSWORD, codeIn(mail))).status).toBe(200);
  });

  it('gives up a mail after a permanent refusal, visibly', async () => {
    service.inbox.refuse(550, 1);
    await client.register('unreachable@example.com', PASSWORD);
    const [row] = await until('the mail is given up', async () => {
      const rows = await service.database.sql`
        select mail_last_error from users where email = 'unreachable@example.com' and mail_given_up_at is not null`;
      return rows.length === 1 && rows;
    });
    expect(row?.['mail_last_error']).toContain('550');
    expect(service.inbox.mailsTo('unreachable@example.com')).toHaveLength(0);
  });

  it('delays no other mail for one that the server refuses, as long as it accepts others', async () => {
    service.inbox.refuseRecipient('blocked@example.com', 554);
    await client.register('blocked@example.com', PASSWORD);
    await until('the mail is held', async () => {
      const rows = await service.database.sql`
        select from users where email = 'blocked@example.com' and mail_last_error is not null`;
      return rows.length === 1;
    });
    await client.register('unaffected@example.com', PASSWORD);
    await service.inbox.mailTo('unaffected@example.com', 1, 5_000);
  });
});
