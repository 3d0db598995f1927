import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { cli } from '../support/cli';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { until } from '../support/until';
import { spawnApp } from '../support/apps';
import { Child } from '../../tools/processes/child';
import { freePort } from '../../tools/processes/ports';

jest.setTimeout(90_000);

const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes, ok').toString('base64')}`;

/** A receiver that verifies signatures. */
class Receiver {
  status = 204;
  readonly received: { id: string; type: string }[] = [];
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<Receiver> {
    const webhook = new Webhook(SECRET);
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        webhook.verify(body, request.headers as Record<string, string>);
        const { type } = JSON.parse(body) as { type: string };
        receiver.received.push({ id: String(request.headers['webhook-id']), type });
        response.writeHead(receiver.status).end();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const receiver = new Receiver(server, `http://127.0.0.1:${port}/hook`);
    return receiver;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

describe('events list, retry, replay and test', () => {
  let database: TestDatabase;
  let receiver: Receiver;
  beforeEach(async () => {
    database = await createDatabase();
    receiver = await Receiver.start();
  });
  afterEach(async () => {
    receiver.stop();
    await database.drop();
  });

  const env = () => ({ ...database.env, WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: SECRET });
  const events = (...args: string[]) => cli(['events', ...args], env());
  const record = (type: string) => database.sql`
    insert into events (type, account_id, data) values (${type}, gen_random_uuid(), '{"is_activated": false}')`;

  it('list prints one JSON object per line in a pipe, newest first, and filters by type and time', async () => {
    await record('user.registered');
    await record('user.activated');
    const { status, stdout } = await events('list');
    expect(status).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ type }) => type)).toEqual(['user.activated', 'user.registered']);
    expect(lines[0]).toMatchObject({ delivery: 'unplaced', attempts: 0, next_try_at: null });
    expect((await events('list', '--type', 'user.activated')).stdout.trim().split('\n')).toHaveLength(1);
    expect((await events('list', '--since', '2099-01-01')).stdout).toBe('');
    expect((await events('list', '--type', 'nothing')).status).toBe(2);
  });

  it('test sends a signed ping and prints the response', async () => {
    expect((await events('test', '--json')).json()).toMatchObject({ delivered: true });
    expect(receiver.received).toEqual([{ id: expect.any(String), type: 'ping' }]);
    receiver.status = 500;
    const failed = await events('test');
    expect(failed.status).toBe(1);
    expect(failed.stdout).toMatch(/^Not delivered: .*500/);
  });

  it('replay sends events again with the same ids, and requires --yes without a terminal', async () => {
    await record('user.registered');
    const worker = await spawnApp('mailer-worker', { ...env(), BCRYPT_COST: '4' });
    try {
      await until('the event arrived', () => receiver.received.length === 1);
      await until('it is marked', async () => (await events('list')).stdout.includes('"delivered"'));
      expect((await events('replay', '--since', '1h')).status).toBe(2);
      expect((await events('replay', '--since', '1h', '--yes', '--json')).json()).toEqual({ replayed: 1 });
      await until('it arrived again', () => receiver.received.length === 2);
      expect(receiver.received[1]).toEqual(receiver.received[0]);
    } finally {
      await worker.end();
    }
  });

  it('retry resumes a webhook that was paused by a 410', async () => {
    receiver.status = 410;
    await record('user.registered');
    const worker = await spawnApp('mailer-worker', { ...env(), BCRYPT_COST: '4' });
    try {
      await until('the receiver said no', () => receiver.received.length === 1);
      await until('the pause is noted', async () => {
        const [row] = await database.sql<
          { count: number }[]
        >`select count(*)::int as count from webhook_pauses`;
        return row?.count === 1;
      });
      receiver.status = 204;
      expect((await events('retry', '--json')).status).toBe(0);
      await until('the event arrived', () => receiver.received.length === 2);
    } finally {
      await worker.end();
    }
  });

  it('verifies and prints a ping in the example receiver', async () => {
    const port = await freePort();
    const lines: string[] = [];
    const example = new Child('webhook-receiver', {
      command: process.execPath,
      args: ['examples/webhook-receiver.mjs'],
      env: { PATH: process.env['PATH'], PORT: String(port), WEBHOOK_SECRET: SECRET },
      lastSignal: 'KILL',
      onLine: (line) => lines.push(line),
    });
    try {
      const url = `http://127.0.0.1:${port}/`;
      const ping = () => cli(['events', 'test'], { ...env(), WEBHOOK_URL: url });
      await until('the receiver took the ping', async () => (await ping()).status === 0);
      expect(lines).toContain('ping ');
      expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(400);
    } finally {
      await example.stop(2_000);
    }
  });
});
