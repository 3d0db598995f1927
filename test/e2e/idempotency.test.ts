import { randomUUID } from 'node:crypto';
import { spawnApp, type SpawnedApp } from '../support/apps';
import { codeIn } from '../support/inbox';
import { exchange } from '../support/raw-http';
import { Client, Service, tally, type Answer } from '../support/service';

const PASSWORD = 'SecurePass123';
const RACERS = 50;

describe('A request with an Idempotency-Key', () => {
  let service: Service;
  let second: SpawnedApp;
  let clients: [Client, Client];
  beforeAll(async () => {
    service = await Service.start('redis');
    second = await spawnApp('api', service.env);
    clients = [new Client(service.api.url), new Client(second.url)];
  });
  afterAll(async () => {
    await second.end();
    await service.stop();
  });

  const keyed = (key: string = randomUUID()): Record<string, string> => ({ 'Idempotency-Key': key });
  const replayed = ({ headers }: Answer): boolean => headers.get('idempotency-replayed') === 'true';
  const race = (ask: (client: Client) => Promise<Answer>): Promise<Answer[]> =>
    Promise.all(Array.from({ length: RACERS }, (_, n) => ask(clients[(n % 2) as 0 | 1])));
  /** All responses are the same, and all but one are marked as repeated. */
  const expectOneAnswer = (answers: readonly Answer[], status: number): void => {
    expect(tally(answers)).toEqual({ [status]: RACERS });
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers.filter((answer) => !replayed(answer))).toHaveLength(1);
  };

  it('registers once, with one mail and one response, however often it is sent', async () => {
    const email = 'once@example.com';
    const headers = keyed();
    const answers = await race((client) => client.register(email, PASSWORD, headers));
    expectOneAnswer(answers, 201);
    expect(await service.database.sql`select id from users where email = ${email}`).toEqual([
      { id: answers[0]?.body['id'] },
    ]);
    await service.inbox.mailTo(email);
    const late = await clients[1].register(' Once@Example.com', PASSWORD, headers);
    expect([late.status, late.body, replayed(late)]).toEqual([201, answers[0]?.body, true]);
    expect(service.inbox.mailsTo(email)).toHaveLength(1);
    const events = await service.database.sql`
      select type from events where account_id = ${String(late.body['id'])}`;
    expect(events).toEqual([{ type: 'user.registered' }]);
  });

  it('activates once and replaces a code once, however often it is sent', async () => {
    const email = 'steps@example.com';
    const registered = keyed();
    await clients[0].register(email, PASSWORD, registered);
    await service.inbox.mailTo(email);
    const renewed = keyed();
    expectOneAnswer(await race((client) => client.newCode(email, PASSWORD, renewed)), 202);
    const code = codeIn(await service.inbox.mailTo(email, 2));
    const activated = keyed();
    expectOneAnswer(await race((client) => client.activate(email, PASSWORD, code, activated)), 200);
    const late = [
      await clients[0].activate(email, PASSWORD, code, keyed()),
      await clients[0].newCode(email, PASSWORD, renewed),
      await clients[0].register(email, PASSWORD, registered),
    ];
    expect(tally(late)).toEqual({ 409: 3 });
    expect(service.inbox.mailsTo(email)).toHaveLength(2);
  });

  it('is a different request with another key, password or route', async () => {
    const email = 'other@example.com';
    const headers = keyed();
    await clients[0].register(email, PASSWORD, headers);
    const others = [
      await clients[0].register(email, PASSWORD, keyed()),
      await clients[0].register(email, PASSWORD),
      await clients[0].register(email, 'StrangersPass1', headers),
    ];
    expect(tally(others)).toEqual({ 409: 3 });
    expect(others.some(replayed)).toBe(false);
    const again = await clients[1].register(email, PASSWORD, headers);
    expect([again.status, replayed(again)]).toEqual([201, true]);
    expect(
      (await clients[1].newCode(email, PASSWORD, headers)).headers.get('idempotency-replayed'),
    ).toBeNull();
  });

  it('is counted once in the metrics', async () => {
    const { sql } = service.database;
    const [row] = await sql<{ count: number }[]>`select count(*)::int as count from users`;
    const counted = async (): Promise<unknown> =>
      ((await clients[0].get('/api/v1/metrics')).body['business_metrics'] as Record<string, number>)[
        'registrations'
      ];
    await expect(counted()).resolves.toBeLessThanOrEqual(row?.count ?? 0);
  });

  it.each([
    ['different keys', 'first-of-two-keys', 'second-of-two-keys'],
    ['the same key', 'one-key-sent-twice', 'one-key-sent-twice'],
  ])('is refused if its header is repeated, with %s', async (_with, ...keys) => {
    const answer = await exchange(service.api.port, {
      ...{
        method: 'POST',
        target: '/api/v1/users/register',
        body: JSON.stringify({ email: 'twice@example.com' }),
      },
      headers: [
        ['Content-Type', 'application/json'],
        ...keys.map((key) => ['Idempotency-Key', key] as const),
      ],
    });
    expect([answer?.status, JSON.parse(answer?.text ?? '')]).toMatchObject([
      400,
      {
        errors: [{ field: 'Idempotency-Key', code: 'Idempotency-Key.invalid', message: 'must be sent once' }],
      },
    ]);
  });

  it.each([
    ['too_short', 'x'.repeat(15)],
    ['too_long', 'x'.repeat(256)],
    ['invalid', 'nicht-druckbar-\u00fc\u00fc'],
  ])('is refused as %s if the key is invalid', async (kind, key) => {
    for (const answer of [
      await clients[0].register('unfit@example.com', PASSWORD, keyed(key)),
      await clients[0].activate('steps@example.com', PASSWORD, '1234', keyed(key)),
      await clients[0].newCode('steps@example.com', PASSWORD, keyed(key)),
    ]) {
      expect([answer.status, answer.body['errors']]).toMatchObject([
        400,
        [{ field: 'Idempotency-Key', code: `Idempotency-Key.${kind}` }],
      ]);
    }
  });
});
