import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { spawnApp, type SpawnedApp } from '../support/apps';
import { cli } from '../support/cli';
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
    await worker.end();
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

  describe('whose first attempt fails', () => {
    const idOf: Record<string, string> = {};
    // All are written at the same time, because what follows is waiting.
    beforeAll(async () => {
      for (const [kind, answering] of Object.entries(BAD)) {
        // Committed only once the receiver is configured.
        await database.sql.begin(async (sql) => {
          const [written = ''] = await writeEvents(sql, 1);
          planned.set(written, answering);
          idOf[kind] = written;
        });
      }
    });

    it.each(Object.keys(BAD))(
      'is sent again, with the same id, to a receiver that %s',
      async (kind) => {
        const id = idOf[kind] ?? '';
        await until('it is delivered', () => isDelivered(id), 40_000);
        const bodies = attemptsOf(id).map(({ body }) => body);
        expect(bodies).toHaveLength(2);
        expect(bodies[1]).toBe(bodies[0]);
      },
      60_000,
    );
  });

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

  it('waits ten seconds for a slow receiver, and does not keep those of other accounts waiting', async () => {
    let answeredAt = 0;
    const [slow, others] = await database.sql.begin(async (sql) => {
      const [written = ''] = await writeEvents(sql, 1);
      planned.set(written, (response) => {
        setTimeout(() => {
          answeredAt = performance.now();
          response.writeHead(204).end();
        }, 12_000);
      });
      return [written, (await Promise.all(Array.from({ length: 30 }, () => writeEvents(sql, 2)))).flat()];
    });
    await until('the others have arrived', () => others.every((id) => attemptsOf(id).length === 1), 8_000);
    expect([answeredAt, attemptsOf(slow).length]).toEqual([0, 1]);
    await until('it is delivered', () => isDelivered(slow), 30_000);
    expect(attemptsOf(slow)).toHaveLength(2);
    await until('the first answer came, too late', () => answeredAt > 0);
    const [row] = await database.sql`select attempts, last_error from events where id = ${slow}`;
    expect(row).toEqual({ attempts: 2, last_error: null });
  }, 60_000);

  it('is given up after three days, visibly, and a replay sends all of them with their ids', async () => {
    const refuse = (id: string): void => {
      planned.set(id, (response) => {
        refuse(id);
        response.writeHead(500).end();
      });
    };
    const [first = '', second = ''] = await database.sql.begin(async (sql) => {
      const written = await writeEvents(sql, 2);
      for (const id of written) refuse(id);
      return written;
    });
    await until('it has failed', () => attemptsOf(first).length === 1);
    expect(attemptsOf(second)).toEqual([]);
    for (const id of [first, second]) {
      await until(`${id} is postponed`, async () => {
        const rows = await database.sql`
          update events set first_tried_at = now() - interval '3 days', due_at = now()
          where id = ${id} and attempts > 0 and leased_by is null and due_at is not null returning 1`;
        return rows.length === 1;
      });
      await until(`${id} is given up`, async () => {
        const rows = await database.sql`select 1 from events where id = ${id} and given_up_at is not null`;
        return rows.length === 1;
      });
    }
    const listed = await cli(['events', 'list', '--json'], env);
    for (const id of [first, second]) {
      expect(listed.stdout).toMatch(new RegExp(`"id":"${id}".*"delivery":"given_up".*responded with 500`));
    }
    for (const id of [first, second]) planned.delete(id);
    const all = new Set(attempts.map(({ id }) => id));
    const seen = attempts.length;
    const replayed = await cli(['events', 'replay', '--since', '7d', '--yes', '--json'], env);
    expect(replayed.json()).toEqual({ replayed: all.size });
    await until('all have arrived again', () => attempts.length === seen + all.size);
    expect(new Set(attempts.slice(seen).map(({ id }) => id))).toEqual(all);
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
