import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { spawnApp, type SpawnedApp } from '../support/apps';
import { codeIn } from '../support/inbox';
import { basic, Client, Service, tally } from '../support/service';
import { until } from '../support/until';

const PASSWORD = 'SecurePass123';
/** Longer than the limiter waits for Redis (200 ms). */
const STILL_MS = 350;
const ENV = { ENABLE_RATE_LIMITING: 'true', TRUST_PROXY: '10.0.0.0/8,127.0.0.1' };

describe('Limits over two processes behind proxies', () => {
  let service: Service;
  let other: SpawnedApp;
  let clients: [Client, Client];

  beforeAll(async () => {
    service = await Service.start('redis', ENV);
    other = await spawnApp('api', service.env);
    clients = [new Client(service.api.url), new Client(other.url)];
  }, 60_000);
  afterAll(async () => {
    await other.end();
    await service.stop();
  });

  const of = (index: number): Client => (index % 2 === 0 ? clients[0] : clients[1]);

  it('identify one client behind a range of proxies, even if hops contain ports', async () => {
    const hops = [
      '203.0.113.9, 10.1.2.3',
      '203.0.113.9:4711, 10.1.2.3:80',
      '203.0.113.9:4712, 10.9.9.9:8080',
      '198.51.100.1, 203.0.113.9:1, 10.0.0.1',
      '198.51.100.2:5, 203.0.113.9:65535, 10.0.0.2:443',
      '198.51.100.3, 203.0.113.9, 10.0.0.3:1',
    ];
    const statuses: number[] = [];
    for (const [index, hop] of hops.entries()) {
      const answer = await of(index).register(`hop${index}@example.com`, PASSWORD, {
        'X-Forwarded-For': hop,
      });
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([201, 201, 201, 201, 201, 429]);
  });

  it('allow only five registrations per hour while the same client occupies the event loops', async () => {
    const attackers = [service.api, other].flatMap(({ port }) => attack(port));
    const answers = [];
    for (let round = 0; round < 4; round += 1) {
      const batch = Array.from({ length: 15 }, (_, index) =>
        of(index).register(`stall${round}.${index}@example.com`, PASSWORD, {
          'X-Forwarded-For': '203.0.113.77',
        }),
      );
      answers.push(...(await Promise.all(batch)));
    }
    for (const attacker of attackers) attacker.destroy();
    expect(tally(answers)).toEqual({ 201: 5, 429: 55 });
  }, 60_000);

  it('allow only five registrations per hour while the processes themselves stall', async () => {
    const answers = [];
    for (let round = 0; round < 4; round += 1) {
      const batch = Array.from({ length: 15 }, (_, index) =>
        of(index).register(`still${round}.${index}@example.com`, PASSWORD, {
          'X-Forwarded-For': '203.0.113.78',
        }),
      );
      // Longer than the wait for Redis: its replies are in the sockets when the time is up.
      for (let stop = 0; stop < 3; stop += 1) {
        await pause(5);
        for (const { child } of [service.api, other]) child.signal('SIGSTOP');
        await pause(STILL_MS);
        for (const { child } of [service.api, other]) child.signal('SIGCONT');
      }
      answers.push(...(await Promise.all(batch)));
    }
    expect(tally(answers)).toEqual({ 201: 5, 429: 55 });
  }, 60_000);

  it('never refuse the right password because of concurrent wrong ones, and compare three of those', async () => {
    const address = { 'X-Forwarded-For': '203.0.113.88' };
    await clients[0].register('race@example.com', PASSWORD, address);
    const code = codeIn(await service.inbox.mailTo('race@example.com'));
    const activate = (index: number, password: string, from: Record<string, string>) =>
      of(index).post(
        '/api/v1/users/activate',
        { activation_code: code },
        { ...basic('race@example.com', password), ...from },
      );
    const [right, ...wrong] = await Promise.all([
      activate(0, PASSWORD, address),
      ...Array.from({ length: 30 }, (_, index) =>
        activate(index, `Wrong${index}Pass`, { 'X-Forwarded-For': '203.0.113.99' }),
      ),
    ]);
    expect(right.status).toBe(200);
    expect(tally(wrong)).toEqual({ 401: 3, 429: 27 });
  });

  it('refund a right password on either process, and count none as a wrong one', async () => {
    const address = { 'X-Forwarded-For': '203.0.113.111' };
    await clients[0].register('refund@example.com', PASSWORD, address);
    // Before its mail is sent, there is no code to try.
    await service.inbox.mailTo('refund@example.com');
    // Five digits are never the code. The third failed attempt ends it; the fourth meets the limit of the account itself.
    const answers = [];
    for (let index = 0; index < 4; index += 1) {
      answers.push(
        await of(index).post(
          '/api/v1/users/activate',
          { activation_code: '00000' },
          { ...basic('refund@example.com', PASSWORD), ...address },
        ),
      );
    }
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 410, 429]);
    expect(answers[3]?.body['limit']).toBe('activation');
  });
});

describe('The client that X-Forwarded-For names', () => {
  let service: Service;

  beforeAll(async () => {
    service = await Service.startApi('one-node', { ...ENV, LOG_CLIENT_ADDRESS: 'true' });
  });
  afterAll(() => service.stop());

  const clientOf = async (hops: string): Promise<string> => {
    const id = randomUUID();
    const empty = { 'X-Forwarded-For': hops, 'X-Request-Id': id };
    await new Client(service.api.url).post('/api/v1/users/register', undefined, empty);
    const line = await until('its line in the log', () =>
      service.api.lines.find((each) => each.includes(id) && each.includes('"message":"request"')),
    );
    return String((JSON.parse(line) as { client: unknown }).client);
  };

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:51008, 10.0.0.6:443', '203.0.113.7'],
    ['203.0.113.7:_port, 10.0.0.6:_other', '203.0.113.7'],
    ['198.51.100.1, 203.0.113.7', '203.0.113.7'],
    ['203.0.113.7, , 10.0.0.6,', '203.0.113.7'],
    ['203.0.113.7,10.0.0.6,10.0.0.7', '203.0.113.7'],
    ['10.0.0.5, 10.0.0.6', '10.0.0.5'],
    ['[2001:db8:1:2::1]:51008, 10.0.0.6:443', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::9, ::ffff:10.0.0.6', '2001:db8:1:2::/64'],
    ['"[2001:db8:1:2::1%eth0]:51008", [::ffff:10.0.0.6]:443', '2001:db8:1:2::/64'],
    ['64:ff9b::203.0.113.7, 10.0.0.6', '203.0.113.7'],
    // A client without a valid address from its proxy counts as one client, whatever headers it sends.
    ['unknown', 'unknown'],
    ['203.0.113.7, unknown, 10.0.0.6', 'unknown'],
    ['203.0.113.7, _hidden:80, 10.0.0.6', 'unknown'],
    ['203.0.113.7, 10.0.0.6, 203.0.113.256', 'unknown'],
    // Without a hop: the peer of the socket.
    ['', '127.0.0.1'],
    [' , ,', '127.0.0.1'],
  ])('is for %j %s', async (hops, client) => {
    expect(await clientOf(hops)).toBe(client);
  });
});

/** Connections that request the largest documents, pipelined, without reading. */
function attack(port: number): Socket[] {
  const asked = 'GET /docs-yaml HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(200);
  return Array.from({ length: 12 }, () => {
    const socket = connect(port, '127.0.0.1', () => socket.write(asked));
    socket.on('error', () => {});
    socket.pause();
    return socket;
  });
}
