import { compareSync, getRounds, hashSync } from 'bcrypt';
import { cli } from '../support/cli';
import { Client, Service, type Answer } from '../support/service';
import { codeIn } from '../support/inbox';
import { until } from '../support/until';

const PASSWORD = 'SecurePass123';

const COST = 6;
let service: Service;
let client: Client;
beforeAll(async () => {
  service = await Service.start('one-node', { BCRYPT_COST: String(COST), ENABLE_SELF_DELETION: 'true' });
  client = new Client(service.api.url);
});
afterAll(() => service.stop());

describe('GET /api/v1/users/me', () => {
  it('shows a pending account with the state of its code, and an activated one without', async () => {
    const email = 'kevin@example.com';
    const registered = await client.register(email, PASSWORD);
    const code = codeIn(await service.inbox.mailTo(email));
    await until('the code is sent', async () => {
      const { body } = await client.me(email, PASSWORD);
      return (body['activation'] as { code_state: string }).code_state === 'sent';
    });
    const pending = await client.me(email, PASSWORD);
    const { id, created_at } = registered.body;
    expect([pending.status, pending.body]).toEqual([
      200,
      {
        ...{ id, email, created_at, is_activated: false, activated_at: null },
        activation: {
          ...{ code_state: 'sent', code_length: 4, code_lifetime_seconds: 60, resends_left: 10 },
          ...{ code_expires_at: expect.any(String), resend_allowed_at: created_at },
        },
      },
    ]);
    const { activated_at } = (await client.activate(email, PASSWORD, code)).body;
    const activated = await client.me('Kevin@Example.com', PASSWORD);
    expect([activated.status, activated.body]).toEqual([
      200,
      { id, email, created_at, is_activated: true, activated_at, activation: null },
    ]);
  });

  it('gives the same response for a wrong password and an unknown address', async () => {
    await client.register('ana@example.com', PASSWORD);
    const wrong = await client.me('ana@example.com', 'WrongPass123');
    const unknown = await client.me('unknown@example.com', PASSWORD);
    expect([wrong.status, wrong.body['error']]).toEqual([401, 'InvalidCredentials']);
    expect([unknown.status, { ...unknown.body, request_id: '' }]).toEqual([
      401,
      { ...wrong.body, request_id: '' },
    ]);
  });

  it('shows the attempts left for a code, and what to do if there are none', async () => {
    const email = 'guess@example.com';
    await client.register(email, PASSWORD);
    const code = codeIn(await service.inbox.mailTo(email));
    const wrong = code === '0000' ? '0001' : '0000';
    const answers = [];
    for (let n = 0; n < 3; n += 1) answers.push(await client.activate(email, PASSWORD, wrong));
    expect(answers.map(({ status, body }) => [status, body['attempts_left']])).toEqual([
      [400, 2],
      [400, 1],
      [410, 0],
    ]);
    for (const { body } of answers) expect(Date.parse(String(body['resend_allowed_at']))).not.toBeNaN();
    expect(answers[2]?.body['hint']).toMatch(/activation-codes/);
    const renewed = await client.newCode(email, PASSWORD);
    expect([renewed.status, renewed.body['activation']]).toMatchObject([
      202,
      { code_state: 'owed', code_expires_at: null, resends_left: 9 },
    ]);
  });
});

describe('An imported hash of lower cost', () => {
  const IMPORTED_COST = 5;
  const RIGHT = { cost: COST, fits: true };

  const bring = async (email: string): Promise<void> => {
    const person = {
      email,
      password_hash: hashSync(PASSWORD, IMPORTED_COST),
      activated_at: '2025-01-31T12:00:00Z',
    };
    const imported = await cli(
      ['users', 'import', '-', '--reason', 'move'],
      service.env,
      JSON.stringify(person),
    );
    expect(imported.status).toBe(0);
  };
  const stored = async (email: string) => {
    const [row] = await service.database.sql<{ hash: string }[]>`
      select password_hash as hash from users where email = ${email}`;
    const hash = row?.hash ?? '';
    return { cost: getRounds(hash), fits: compareSync(PASSWORD, hash) };
  };

  it.each<[string, number, (email: string) => Promise<Answer>]>([
    ['GET /users/me', 200, (email) => client.me(email, PASSWORD)],
    ['POST /users/activate', 409, (email) => client.activate(email, PASSWORD, '0000')],
    ['POST /users/activation-codes', 409, (email) => client.newCode(email, PASSWORD)],
  ])('is renewed by the first right password at %s', async (route, status, send) => {
    const email = `${route.replaceAll(/\W/g, '')}@example.com`.toLowerCase();
    await bring(email);
    expect((await client.me(email, 'WrongPass123')).status).toBe(401);
    expect(await stored(email)).toEqual({ cost: IMPORTED_COST, fits: true });
    expect((await send(email)).status).toBe(status);
    expect(await stored(email)).toEqual(RIGHT);
    expect((await client.me(email, PASSWORD)).status).toBe(200);
    expect((await client.me(email, 'WrongPass123')).status).toBe(401);
  });

  it('is renewed while twenty sign-ins and a deletion run concurrently', async () => {
    await bring('many@example.com');
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => client.me('many@example.com', PASSWORD)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await stored('many@example.com')).toEqual(RIGHT);
    await bring('leaves@example.com');
    const [gone] = await Promise.all([
      client.deleteMe('leaves@example.com', PASSWORD),
      client.me('leaves@example.com', PASSWORD),
    ]);
    expect(gone.status).toBe(204);
  });
});

describe('DELETE /api/v1/users/me', () => {
  it('deletes everything about the account except its digest in the erasure log', async () => {
    const email = 'leaver@example.com';
    const { id } = (await client.register(email, PASSWORD)).body;
    const code = codeIn(await service.inbox.mailTo(email));
    await client.activate(email, PASSWORD, code);
    expect((await client.deleteMe(email, 'WrongPass123')).status).toBe(401);
    const gone = await client.deleteMe(email, PASSWORD);
    expect([gone.status, gone.body]).toEqual([204, { text: '' }]);
    expect((await client.me(email, PASSWORD)).status).toBe(401);
    expect((await client.deleteMe(email, PASSWORD)).status).toBe(401);

    const { sql } = service.database;
    const tables = await sql<{ name: string }[]>`
      select relname as name from pg_class where relkind = 'r' and relnamespace = current_schema()::regnamespace`;
    for (const { name } of tables) {
      const rows = await sql`select to_jsonb(t.*)::text as row from ${sql(name)} as t`;
      expect(JSON.stringify(rows)).not.toContain(email);
    }
    expect(await sql`select account_id from erasures where account_id = ${String(id)}`).toHaveLength(1);
    expect(await sql`select type from events where account_id = ${String(id)} order by ordinal`).toEqual([
      { type: 'user.registered' },
      { type: 'user.activated' },
      { type: 'user.deleted' },
    ]);
    expect((await client.register(email, PASSWORD)).status).toBe(201);
  });
});
