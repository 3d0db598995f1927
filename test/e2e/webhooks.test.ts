import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { spawnApp, type SpawnedApp } from '../support/apps';
import { writeEvents } from '../support/events';
import { TestInbox } from '../support/inbox';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { until } from '../support/until';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const PREVIOUS = 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

interface Attempt {
  readonly id: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}
type Answering = (response: ServerResponse) => unknown;

const taken: Answering = (response) => response.writeHead(204).end();
const BAD: Record<string, Answering> = {
  'answers 500': (response) => response.writeHead(500).end('no'),
  'asks for time with 429': (response) => response.writeHead(429, { 'Retry-After': '1' }).end(),
  'points elsewhere with 301': (response) => response.writeHead(301, { Location: '/other' }).end(),
  'closes early': (response) => response.destroy(),
  'does not answer': () => {},
};

describe('A webhook', () => {
  const attempts: Attempt[] = [];
  const planned = new Map<string, Answering>();
  let database: TestDatabase;
  let inbox: TestInbox;
  let receiver: Server;
  let worker: SpawnedApp;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    [database, inbox] = await Promise.all([createDatabase(), TestInbox.start()]);
    receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const headers = plain(request.headers);
        const id = headers['webhook-id'] ?? '';
        attempts.push({ id, headers, body });
        const answering = planned.get(id) ?? taken;
        planned.delete(id);
        answering(response);
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    env = {
      ...database.env,
      ...inbox.env,
      WEBHOOK_URL: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/events`,
      WEBHOOK_SECRET: SECRET,
      WEBHOOK_SECRET_PREVIOUS: PREVIOUS,
    };
    worker = await spawnApp('mailer-worker', env);
  }, 60_000);
  afterAll(async () => {
    receiver.closeAllConnections();
    receiver.close();
    await worker.stop();
    await Promise.all([inbox.down(), database.drop()]);
  }, 60_000);

  const attemptsOf = (id: string): Attempt[] => attempts.filter((attempt) => attempt.id === id);
  const isDelivered = async (id: string): Promise<boolean> =>
    (await database.sql`select from events where id = ${id} and delivered_at is not null`).count === 1;

  it('delivers the events of an account in order, and verifies with either secret', async () => {
    const ids = await writeEvents(database.sql, 3);
    await until('all have arrived', () => ids.every((id) => attemptsOf(id).length === 1));
    expect(attempts.map(({ id }) => id)).toEqual(ids);
    for (const { id, headers, body } of attempts) {
      for (const secret of [SECRET, PREVIOUS]) {
        expect(new Webhook(secret).verify(body, headers)).toMatchObject({ id, type: 'user.activated' });
      }
    }
  });

  it.each(Object.keys(BAD))(
    'is sent again, with the same id, to a receiver that %s',
    async (kind) => {
      // Committed only once the receiver is configured.
      const id = await database.sql.begin(async (sql) => {
        const [written = ''] = await writeEvents(sql, 1);
        planned.set(written, BAD[kind] as Answering);
        return written;
      });
      await until('it is delivered', () => isDelivered(id), 40_000);
      const bodies = attemptsOf(id).map(({ body }) => body);
      expect(bodies).toHaveLength(2);
      expect(bodies[1]).toBe(bodies[0]);
    },
    60_000,
  );

  it('is sent by the next worker if one is killed while sending it', async () => {
    const id = await database.sql.begin(async (sql) => {
      const [written = ''] = await writeEvents(sql, 1);
      planned.set(written, () => {});
      return written;
    });
    await until('it is being sent', () => attemptsOf(id).length === 1);
    worker.child.kill();
    await worker.child.exit();
    worker = await spawnApp('mailer-worker', env);
    await until('it is delivered', () => isDelivered(id), 40_000);
    expect(attemptsOf(id)).toHaveLength(2);
  }, 60_000);

  it('is paused by a receiver that responds with 410, visibly, and owed events are kept', async () => {
    const [id = '', ...later] = await database.sql.begin(async (sql) => {
      const written = await writeEvents(sql, 2);
      planned.set(written[0] ?? '', (response) => response.writeHead(410).end());
      return written;
    });
    await until('it is paused', async () => (await database.sql`select from webhook_pauses`).count === 1);
    await until('it is logged', () => worker.lines.some((line) => line.includes('Paused the webhook')));
    expect([attemptsOf(id).length, attemptsOf(later[0] ?? '').length]).toEqual([1, 0]);
    const owed = await database.sql`select from events where due_at is not null`;
    expect(owed.count).toBe(2);
  });
});

const plain = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
