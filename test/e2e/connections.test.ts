import { readdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { spawnApp, startAppsAsShipped, type SpawnedApp } from '../support/apps';
import { converse } from '../support/raw-http';
import { Client, Service } from '../support/service';
import { UnreadConnection } from '../support/unread-connection';
import { until } from '../support/until';

startAppsAsShipped('--require', path.resolve('test/support/save-memory-on-signal.cjs'));

const MIB = 1_048_576;
/** The maximum effect of an attack on one connection: memory, and time of others. */
const MEMORY_MAX_MIB = 60;
const PROBE_P99_MAX_MS = 200;
/**
 * Memory may vary by this much when nothing happens, and must be back within that time after an attack. V8 of Node 22 and newer
 * returns nothing while a process is idle: it keeps 36 to 63 MiB after these attacks, and 70 to 105 after ordinary traffic.
 */
const MEMORY_NOISE_MIB = Number(process.versions.node.split('.')[0]) < 22 ? 20 : 80;
const MEMORY_BACK_MS = 60_000;
const PROBES = 200;
const DOCUMENTS = ['/docs-yaml', '/docs-json', '/docs/swagger-ui-bundle.js', '/docs'];
const REQUEST_TIMEOUT_SECONDS = 2;
const CONNECTIONS_MAX = 60;
const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

let service: Service;
let client: Client;
const sockets: Socket[] = [];

beforeAll(async () => {
  service = await Service.start('one-node', {
    REQUEST_TIMEOUT_SECONDS: String(REQUEST_TIMEOUT_SECONDS),
    CONNECTIONS_MAX: String(CONNECTIONS_MAX),
    // 127.0.0.2 is a separate address; 127.0.0.1 may have the connections of many clients.
    TRUST_PROXY: '127.0.0.1',
  });
  client = new Client(service.api.url);
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});
afterAll(() => service.stop());

interface Open {
  readonly socket: Socket;
  readonly closed: () => boolean;
  readonly received: () => string;
}

function open(text = '', { reading = true, from = '127.0.0.2', port = service.api.port } = {}): Open {
  let closed = false;
  let received = '';
  const socket = connect({ port, host: '127.0.0.1', localAddress: from }, () => socket.write(text));
  if (reading) socket.on('data', (chunk) => (received += chunk.toString('latin1')));
  else socket.pause();
  socket.on('error', () => {});
  // A paused socket does not notice the end, but a failing write does.
  socket.on('close', () => (closed = true));
  sockets.push(socket);
  return { socket, closed: () => closed, received: () => received };
}

function attack(text: string): UnreadConnection {
  const attacker = new UnreadConnection(service.api.port, text, '127.0.0.2');
  sockets.push(attacker.socket);
  return attacker;
}

const residentMib = ({ child }: SpawnedApp): number =>
  (Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) * 1_024) / MIB;
/** Processor time of all threads, in seconds; Linux counts hundredths. */
const processorSeconds = ({ child }: SpawnedApp): number => {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
const openFiles = ({ child }: SpawnedApp): number => readdirSync(`/proc/${child.pid}/fd`).length;
async function latencyOf(of: Client): Promise<number> {
  const began = performance.now();
  expect((await of.get('/livez')).status).toBe(200);
  return performance.now() - began;
}
const p99 = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.ceil(values.length * 0.99) - 1] ?? NaN;
const answersIn = (text: string): number => text.split('HTTP/1.1 200 ').length - 1;

let calmMib: number;

describe('One connection', () => {
  beforeAll(async () => {
    // Requests each document once, so that it is created and kept.
    for (const path of DOCUMENTS) await client.get(path);
    calmMib = residentMib(service.api);
  });
  // Its memory is returned while the next tests have an api of their own.
  afterAll(() => service.api.child.signal('SIGUSR2'));

  it('is answered in order, one request after another, however many arrive together', async () => {
    const { received } = open(get('/livez').repeat(100));
    await until('all are answered', () => answersIn(received()) === 100);
  });

  it('with pipelined bodies is answered in order', async () => {
    const body = (index: number): string =>
      JSON.stringify({ email: `pipelined-${index}@example.com`, password: 'SecurePass123' });
    const post = (text: string): string =>
      `POST /api/v1/users/register HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
    const { received } = open([1, 2, 3].map((index) => post(body(index))).join(''));
    await until('all are answered', () => received().split('HTTP/1.1 201 ').length - 1 === 3);
    expect(received().match(/pipelined-\d/g)).toEqual(['pipelined-1', 'pipelined-2', 'pipelined-3']);
  });

  it('with more than the allowed number of waiting requests is closed', async () => {
    const { closed } = open(get('/livez').repeat(1_300));
    await until('it is closed', closed);
  });

  it.each(DOCUMENTS)(
    'that pipelines %s and does not read costs little memory, no files and no time of others',
    async (path) => {
      const before = residentMib(service.api);
      const worked = processorSeconds(service.api);
      const attackers = Array.from({ length: 8 }, (_, index) =>
        open(get(path).repeat(index % 2 === 0 ? 1_300 : 200), { reading: false }),
      );
      const latencies: number[] = [];
      // The worker is not attacked: its delay is that of this machine.
      const unharmed: number[] = [];
      const worker = new Client(service.worker?.url ?? '');
      let highest = before;
      for (let probe = 0; probe < PROBES; probe += 1) {
        unharmed.push(await latencyOf(worker));
        latencies.push(await latencyOf(client));
        highest = Math.max(highest, residentMib(service.api));
        await pause(5);
      }
      expect(p99(latencies)).toBeLessThan(PROBE_P99_MAX_MS + p99(unharmed));
      // Processor time instead of clock time, because other work runs on this machine.
      expect(processorSeconds(service.api) - worked).toBeLessThan(1.5);
      expect(highest - before).toBeLessThan(MEMORY_MAX_MIB);
      expect(openFiles(service.api)).toBeLessThan(attackers.length + 100);
    },
    30_000,
  );
});

describe('Many connections of one client', () => {
  const CONNECTIONS = 2_500;
  const STEP = 250;
  const SILENCE_MAX_MS = 1_000;
  let api: SpawnedApp;

  beforeAll(async () => {
    api = await spawnApp('api', { ...service.env, CONNECTIONS_MAX: String(CONNECTIONS * 4) });
  });
  afterAll(() => api.stop());

  async function connectMany(reading: boolean): Promise<readonly Open[]> {
    const many: Open[] = [];
    // In steps, because the system closes some of the connections if too many wait to be accepted.
    while (many.length < CONNECTIONS) {
      many.push(...Array.from({ length: STEP }, () => open('', { reading, port: api.port })));
      await until('they are accepted', () => openFiles(api) > many.length);
    }
    return many;
  }

  /** Sends the text over all connections, and observes the api until the fact. @returns growth of its memory, in MiB */
  async function observe(many: readonly Open[], text: string, fact: () => boolean): Promise<number> {
    const other = new Client(api.url);
    const worker = new Client(service.worker?.url ?? '');
    for (let probe = 0; probe < PROBES; probe += 1) await latencyOf(other);
    const before = residentMib(api);
    let highest = before;
    let slowest = 0;
    let slowestUnharmed = 0;
    for (const { socket } of many) socket.write(text);
    const observed = async (): Promise<boolean> => {
      slowest = Math.max(slowest, await latencyOf(other));
      slowestUnharmed = Math.max(slowestUnharmed, await latencyOf(worker));
      highest = Math.max(highest, residentMib(api));
      return fact();
    };
    await until('the attack is over', observed, 40_000);
    expect(slowest).toBeLessThan(SILENCE_MAX_MS + slowestUnharmed);
    return highest - before;
  }

  it('that pipeline two requests each are answered, with others in between', async () => {
    const many = await connectMany(true);
    await observe(many, get('/livez').repeat(2), () =>
      many.every(({ received }) => answersIn(received()) === 2),
    );
    for (const { socket } of many) socket.destroy();
    await until('they are closed', () => openFiles(api) < STEP);
  }, 90_000);

  it.each([50, 1_000])(
    'that pipeline %d requests each and do not read leave others answered',
    async (each) => {
      const many = await connectMany(false);
      const worked = processorSeconds(api);
      const growth = await observe(many, get('/livez').repeat(each), () => openFiles(api) < STEP);
      expect(growth).toBeLessThan(MEMORY_MAX_MIB);
      expect(processorSeconds(api) - worked).toBeLessThan(1.5);
    },
    90_000,
  );
});

describe('One connection after its attacks', () => {
  it(
    'leaves no memory in use a minute later',
    async () => {
      const back = (): boolean => residentMib(service.api) < calmMib + MEMORY_NOISE_MIB;
      await until('the memory is back', back, MEMORY_BACK_MS);
    },
    MEMORY_BACK_MS + 10_000,
  );

  it('with an unread response is closed, and its slot becomes free', async () => {
    // The waiting requests of the previous test's connections count until the server has noticed the end of them.
    await until('pipelined requests are taken again', async () => {
      const { closed, received } = open(get('/livez').repeat(2), { from: '127.0.0.1' });
      await until('they are answered, or not', () => closed() || answersIn(received()) === 2);
      return answersIn(received()) === 2;
    });
    const text = get('/docs/swagger-ui-bundle.js').repeat(20);
    let attackers: UnreadConnection[] = [];
    // So do the connections themselves, for the client's share: some of these may be refused at first.
    await until('eight are answered', () => {
      attackers = attackers.filter((attacker) => !attacker.isClosed());
      while (attackers.length < 8) attackers.push(attack(text));
      return attackers.every(({ answered }) => answered);
    });
    // Five seconds more than the timeout, because this machine may be busy.
    await until(
      'the server has let go of them',
      () => attackers.filter((attacker) => !attacker.isClosed()).length === 0,
      20_000,
    );
  }, 60_000);
});

describe('Connection slots', () => {
  it('are taken from idle connections when they run short', async () => {
    const idle = Array.from({ length: CONNECTIONS_MAX }, () => open(get('/livez'), { from: '127.0.0.1' }));
    await until('all are answered', () => idle.every(({ received }) => received() !== ''));
    const { received } = open(get('/livez'));
    await until('another client is answered', () => received().startsWith('HTTP/1.1 200 '));
    await until('the one idle for longest is closed', () => idle[0]?.closed());
    expect(idle.filter(({ closed }) => closed()).length).toBeLessThanOrEqual(2);
  });

  it('are shared: one client address gets at most a quarter of them', async () => {
    const half = `POST /api/v1/users/register HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n`;
    const greedy = Array.from({ length: CONNECTIONS_MAX }, () => open(half));
    await until('the rest are closed', () => greedy.filter(({ closed }) => closed()).length >= 45);
    const { received } = open(get('/livez'), { from: '127.0.0.3' });
    await until('another client is answered', () => received().startsWith('HTTP/1.1 200 '));
  });
});

describe("The worker's port", () => {
  it('has the same limits and headers', async () => {
    const { url = '', port = 0 } = service.worker ?? {};
    const { headers } = await new Client(url).get('/livez');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    const { closed } = open(get('/livez').repeat(1_300), { port });
    await until('it is closed', closed);
    expect(String(await converse(port, [Buffer.from('hello\r\n\r\n')]))).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('Malformed requests', () => {
  const ENCODED = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n';
  const problemIn = (text: string): Record<string, unknown> =>
    JSON.parse(text.slice(text.indexOf('\r\n\r\n'))) as Record<string, unknown>;

  it.each([
    ['two Host fields', 'GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400, 'ValidationError'],
    ['two hosts in one field', 'GET /livez HTTP/1.1\r\nHost: a, b\r\n\r\n', 400, 'ValidationError'],
    ['a Host that is no host', 'GET /livez HTTP/1.1\r\nHost: a/b c\r\n\r\n', 400, 'ValidationError'],
    ['no Host field', 'GET /livez HTTP/1.1\r\n\r\n', 400, 'ValidationError'],
    ['an unknown coding', ENCODED, 501, 'UnknownTransferEncoding'],
    ['CONNECT', 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n', 405, 'MethodNotAllowed'],
    ['a malformed head', 'GET /livez HTTP/1.1\r\nHost: a\r\nno field\r\n\r\n', 400, 'ValidationError'],
  ])(
    'because of %s get the problem body, a log line and a measurement',
    async (_what, text, status, error) => {
      const counted = async (): Promise<number> =>
        Number((await client.get('/api/v1/metrics')).body['error_count']);
      const before = await counted();
      const answer = String(await converse(service.api.port, [Buffer.from(text)]));
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(answer).toMatch(/content-type: application\/problem\+json/i);
      const problem = problemIn(answer);
      expect(problem).toMatchObject({ status, error });
      await until('it is in the log', () =>
        service.api.lines.some((line) => line.includes(String(problem['request_id']))),
      );
      // A client must not be able to cause alarms.
      const alarming = service.api.lines.filter((line) => line.includes('"level":"error"'));
      expect(alarming).toEqual([]);
      await until('it is counted', async () => (await counted()) > before);
    },
  );
});

describe('A method that a path does not support', () => {
  it.each([
    ['GET', '/api/v1/users/register', 'POST'],
    ['DELETE', '/api/v1/users/activate', 'POST'],
    ['POST', '/api/v1/health', 'GET, HEAD'],
    ['PUT', '/livez', 'GET, HEAD'],
    ['PATCH', '/problems/NotFound', 'GET, HEAD'],
    ['POST', '/docs-json', 'GET, HEAD'],
    ['POST', '/', 'GET, HEAD'],
  ])('is refused: %s %s', async (method, path, allow) => {
    const answer = await client.send(method, path, {}, null);
    expect([answer.status, answer.body['error']]).toEqual([405, 'MethodNotAllowed']);
    expect(answer.headers.get('allow')).toBe(allow);
  });
});

describe('Response headers', () => {
  it('require TLS if the request came over TLS, only for this host', async () => {
    const secure = { 'X-Forwarded-Proto': 'https' };
    const field = async (of: Client): Promise<string | null> =>
      (await of.get('/livez', secure)).headers.get('strict-transport-security');
    expect(await field(client)).toBe('max-age=31536000');
    expect((await client.get('/livez')).headers.get('strict-transport-security')).toBeNull();
    const api = await spawnApp('api', { ...service.env, TRUST_PROXY: '', HSTS_INCLUDE_SUBDOMAINS: 'true' });
    expect(await field(new Client(api.url))).toBeNull();
    await api.stop();
  });

  it('forbid storing any response about accounts', async () => {
    const answers = await Promise.all([
      client.register('stored@example.com', 'SecurePass123'),
      client.register('no address', 'SecurePass123'),
      client.newCode('stored@example.com', 'WrongPass123'),
      client.get('/api/v1/users/register'),
    ]);
    expect(answers.map(({ headers }) => headers.get('cache-control'))).toEqual(Array(4).fill('no-store'));
    // Refused before it is routed, because it has no Host.
    const unclear = 'GET /api/v1/users/me HTTP/1.1\r\nConnection: close\r\n\r\n';
    expect(String(await converse(service.api.port, [Buffer.from(unclear)]))).toMatch(
      /^HTTP\/1\.1 400 [^]*cache-control: no-store/i,
    );
  });
});
