import { freePort } from '../../tools/processes/ports';
import { codeIn } from '../support/inbox';
import { Client, MODES, Service, type Answer } from '../support/service';
import { Reader, writeEvents } from '../support/events';
import { until } from '../support/until';

const TOKEN = 'a-token-of-the-tests-that-is-long-enough';
const PASSWORD = 'SecurePass123';
/** Pause of a client before it repeats a refused request. */
const RETRY_MS = 250;
const BEARER = { Authorization: `Bearer ${TOKEN}` };

describe.each(MODES)('The feed of events in %s mode', (mode) => {
  let service: Service;
  let feed: Client;
  let open: Client;

  beforeAll(async () => {
    const port = await freePort();
    service = await Service.start(mode, { EVENTS_TOKEN: TOKEN, OPERATIONS_PORT: String(port) });
    feed = new Client(`http://127.0.0.1:${port}`);
    open = new Client(service.api.url);
  }, 60_000);
  afterAll(() => service.stop(), 60_000);

  const read = (query = '', headers: Record<string, string> = BEARER): Promise<Answer> =>
    feed.get(`/api/v1/events${query}`, headers);

  it('requires its Bearer token, and is only on the operations port', async () => {
    expect((await read()).status).toBe(200);
    expect((await open.get('/api/v1/events', BEARER)).status).toBe(404);
    const basic = Buffer.from(`events:${TOKEN}`).toString('base64');
    for (const [query, headers] of [
      ['', {}],
      ['', { Authorization: `Bearer ${TOKEN}x` }],
      ['', { Authorization: TOKEN }],
      ['', { Authorization: `Basic ${basic}` }],
      [`?access_token=${TOKEN}`, {}],
    ] as const) {
      const refused = await read(query, headers);
      expect([refused.status, refused.body['error']]).toEqual([401, 'InvalidToken']);
      expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  it.each([
    ...['?limit=0', '?limit=1001', '?limit=7.5', '?limit=', '?limit=1&limit=2', '?wait=61', '?wait=-1'],
    ...['?after=', '?after=-1', '?after=x', '?after=9999999999999', '?after=9223372036854775808', '?page=2'],
  ])('refuses %s', async (query) => {
    const refused = await read(query);
    expect([query, refused.status, refused.body['error']]).toEqual([query, 400, 'ValidationError']);
  });

  it('returns a cursor even without events, and waits for new ones', async () => {
    const reader = await Reader.toTheEnd(feed, BEARER);
    const empty = await read(`?after=${reader.next}`);
    expect(empty.body).toEqual({ events: [], next: reader.next, up_to_date: true });
    const waiting = read(`?after=${reader.next}&wait=30`);
    const [written] = await writeEvents(service.database.sql, 1);
    expect((await waiting).body).toMatchObject({ events: [{ id: written }], up_to_date: true });
  });

  it('reports a cursor older than the oldest event', async () => {
    const { sql } = service.database;
    await writeEvents(sql, 1);
    await until(
      'it has a place',
      async () => (await sql`select from events where position is null`).count === 0,
    );
    await sql`update event_log set forgotten_position = 1 where forgotten_position = 0`;
    const gone = await read('?after=0');
    expect([gone.status, gone.body['error']]).toEqual([410, 'EventsForgotten']);
    expect((await read()).status).toBe(200);
    await sql`update event_log set forgotten_position = 0`;
  });

  it('gives each event to each reader once, even while a transaction is open and workers die', async () => {
    const { sql } = service.database;
    const { next } = await Reader.toTheEnd(feed, BEARER);
    const pager = new Reader(feed, BEARER, '&limit=7', next);
    const waiter = new Reader(feed, BEARER, '&wait=5', next);
    const reading = [pager.run(), waiter.run()];
    const ids: string[] = [];
    try {
      await sql.begin(async (held) => {
        // The first sequence number is drawn here, and committed last.
        ids.push(...(await writeEvents(held, 1)));
        for (let kill = 0; kill < 2; kill += 1) {
          const batches = Array.from({ length: 50 }, () => writeEvents(sql, 4));
          ids.push(...(await Promise.all(batches)).flat());
          service.worker?.child.kill();
          await service.worker?.child.exit();
          await service.startWorker();
        }
        await until('the others have arrived', () => waiter.ids.length === 400, 30_000);
      });
      await until('all have arrived', () => pager.ids.length >= 401 && waiter.ids.length >= 401, 30_000);
    } finally {
      pager.stop();
      waiter.stop();
      await Promise.all(reading);
    }
    for (const reader of [pager, waiter]) {
      expect([...reader.ids].sort()).toEqual([...ids].sort());
      expect(reader.ids.at(-1)).toBe(ids[0]);
      expect(reader.outOfOrder()).toEqual([]);
    }
    expect(pager.ids).toEqual(waiter.ids);
  }, 120_000);

  it('contains the events of 200 people who sign up and activate concurrently, each in order and once', async () => {
    const { next } = await Reader.toTheEnd(feed, BEARER);
    const pager = new Reader(feed, BEARER, '&limit=7', next);
    const waiter = new Reader(feed, BEARER, '&wait=5', next);
    const reading = [pager.run(), waiter.run()];
    const signUp = async (email: string): Promise<string> => {
      // All come from one client, which gets at most a quarter of the hashing queue: the others are told to retry.
      const unlessBusy = async (request: Promise<Answer>): Promise<Answer | false> => {
        const answer = await request;
        return answer.status !== 503 && answer;
      };
      const registered = await until(
        `${email} is registered`,
        () => unlessBusy(open.register(email, PASSWORD)),
        60_000,
        RETRY_MS,
      );
      expect(registered.status).toBe(201);
      const code = codeIn(await service.inbox.mailTo(email, 1, 60_000));
      const activated = await until(
        `${email} is activated`,
        () => unlessBusy(open.activate(email, PASSWORD, code)),
        60_000,
        RETRY_MS,
      );
      expect(activated.status).toBe(200);
      return String(registered.body['id']);
    };
    try {
      const people = Array.from({ length: 200 }, (_, index) => `person${index}@example.com`);
      const accounts = await Promise.all(people.map(signUp));
      const story = ['user.registered', 'user.activated'];
      for (const reader of [pager, waiter]) {
        await until('all have arrived', () => reader.ids.length >= 400, 30_000);
        expect(new Set(reader.ids).size).toBe(400);
        for (const account of accounts) expect(reader.typesOf(account)).toEqual(story);
      }
    } finally {
      pager.stop();
      waiter.stop();
      await Promise.all(reading);
    }
  }, 120_000);

  it('releases its readers when the api shuts down', async () => {
    const { next } = await Reader.toTheEnd(feed, BEARER);
    const waiting = read(`?after=${next}&wait=60`);
    const started = performance.now();
    setTimeout(() => void service.api.stop(), 500);
    expect((await waiting).body).toMatchObject({ events: [], next });
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
