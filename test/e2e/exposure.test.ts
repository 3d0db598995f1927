import { connect, type Socket } from 'node:net';
import { freePort } from '../../tools/processes/ports';
import { Client, Service } from '../support/service';
import { until } from '../support/until';

const CONNECTIONS_MAX = 20;
const OPERATIONS = ['/metrics', '/api/v1/metrics', '/docs', '/docs-json', '/docs-yaml', '/docs/index.html'];

let service: Service;
let open: Client;
let operators: Client;
let operationsPort: number;

beforeAll(async () => {
  operationsPort = await freePort();
  service = await Service.startApi('one-node', {
    OPERATIONS_PORT: String(operationsPort),
    REQUEST_TIMEOUT_SECONDS: '2',
    CONNECTIONS_MAX: String(CONNECTIONS_MAX),
  });
  open = new Client(service.api.url);
  operators = new Client(`http://127.0.0.1:${operationsPort}`);
});
afterAll(() => service.stop());

describe('Operations endpoints', () => {
  it.each(OPERATIONS)('are only on their own port: %s', async (path) => {
    expect((await operators.get(path)).status).toBe(200);
    for (const spelling of [path, path.toUpperCase(), `${path}/`, `${path}?format=json`]) {
      const answer = await open.get(spelling);
      expect([spelling, answer.status, answer.body['error']]).toEqual([spelling, 404, 'NotFound']);
    }
  });

  it('are not linked to where they are not available', async () => {
    const linked = async (client: Client): Promise<unknown> => (await client.get('/')).body['links'];
    expect(JSON.stringify(await linked(open))).not.toMatch(/docs|metrics/);
    expect(JSON.stringify(await linked(operators))).toMatch(/docs.*metrics/);
  });

  it('leave the other routes where they were', async () => {
    expect((await open.register('public@example.com', 'SecurePass123')).status).toBe(201);
    for (const path of ['/livez', '/readyz', '/api/v1/health'])
      expect((await open.get(path)).status).toBe(200);
  });
});

describe('A client that is too slow', () => {
  const head =
    'POST /api/v1/users/register HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
  it.each([
    ['before its first byte', '', ''],
    [
      'with its headers',
      head,
      'X-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    ],
    ['with its body', `${head}Content-Length: 1000\r\n\r\n`, `{"email":"${'a'.repeat(900)}`],
  ])('%s is disconnected, while others are served', async (_where, start, rest) => {
    const { socket, received, closed } = sendSlowly(service.api.port, start, rest);
    expect((await open.get('/livez')).status).toBe(200);
    expect(closed()).toBe(false);
    await until('the connection is closed', closed);
    expect(received()).toMatch(/^HTTP\/1\.1 408 /);
    expect(problemIn(received())).toMatchObject({ status: 408, error: 'RequestTimeout' });
    socket.destroy();
  });
});

describe('Invalid HTTP', () => {
  const long = 'a'.repeat(20_000);
  it.each([
    ['no HTTP', 'hello\r\n\r\n', 400, 'ValidationError'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
      'ValidationError',
    ],
    [
      'endless headers',
      `GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${long}\r\n\r\n`,
      431,
      'RequestHeadersTooLarge',
    ],
  ])('such as %s gets the problem body', async (_what, text, status, error) => {
    const { socket, received, closed } = sendSlowly(service.api.port, text, '');
    await until('the connection is closed', closed);
    expect(received()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(received()).toMatch(/content-type: application\/problem\+json/i);
    expect(problemIn(received())).toMatchObject({ status, error, request_id: expect.any(String) as string });
    socket.destroy();
  });

  it('is not a request with an unknown Expect header', async () => {
    const { socket, received } = sendSlowly(
      service.api.port,
      'GET /livez HTTP/1.1\r\nHost: a\r\nExpect: more\r\n\r\n',
      '',
    );
    await until('the answer', () => received().startsWith('HTTP/1.1 200 '));
    socket.destroy();
  });
});

describe('Connections', () => {
  it('are limited, and new ones are accepted when others have closed', async () => {
    const sockets = Array.from({ length: CONNECTIONS_MAX + 5 }, () => sendSlowly(service.api.port, '', ''));
    // Silently, and not with a 408 for being slow.
    const refused = ({ closed, received }: Slow): boolean => closed() && received() === '';
    await until('the last ones are refused', () => sockets.filter(refused).length >= 5);
    expect((await operators.get('/livez')).status).toBe(200);
    for (const { socket } of sockets) socket.destroy();
    await until('another client is served', async () =>
      open.get('/livez').then(
        ({ status }) => status === 200,
        () => false,
      ),
    );
  });
});

const problemIn = (received: string): unknown => JSON.parse(received.slice(received.indexOf('\r\n\r\n')));

interface Slow {
  readonly socket: Socket;
  readonly received: () => string;
  readonly closed: () => boolean;
}

/** Opens a connection, writes the start, and then one byte at a time. */
function sendSlowly(port: number, start: string, rest: string): Slow {
  let received = '';
  let closed = false;
  const socket = connect(port, '127.0.0.1', () => socket.write(start));
  const bytes = Array.from(rest).values();
  const writing = setInterval(() => {
    const { value } = bytes.next();
    if (value !== undefined && socket.writable) socket.write(value);
  }, 50);
  socket.on('data', (chunk) => (received += chunk.toString()));
  socket.on('error', () => {});
  socket.on('close', () => {
    clearInterval(writing);
    closed = true;
  });
  return { socket, received: () => received, closed: () => closed };
}
