import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseEnvironment } from '@app/runtime';
import type { WebhookOutcome } from '@app/events';
import { HttpWebhookSender } from '@app/events/testing';
import { Webhook } from 'standardwebhooks';
import { Authority } from '../../support/certificates';
import { freePort } from '../../../tools/processes/ports';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const PREVIOUS = 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';

const senderTo = (url: string): HttpWebhookSender => {
  const env = { WEBHOOK_URL: url, WEBHOOK_SECRET: SECRET, WEBHOOK_SECRET_PREVIOUS: PREVIOUS };
  return new HttpWebhookSender(parseEnvironment(env));
};
const send = (url: string): Promise<WebhookOutcome> => senderTo(url).send('event-1', '{"id":"event-1"}');

/** A receiver that does not speak HTTP as it should. */
async function withRawReceiver(
  onConnection: (socket: Socket) => void,
  use: (url: string) => Promise<void>,
): Promise<void> {
  const sockets: Socket[] = [];
  const receiver = createTcpServer((socket) => {
    sockets.push(socket.on('error', () => {}));
    onConnection(socket);
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  try {
    await use(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`);
  } finally {
    receiver.close();
    for (const socket of sockets) socket.destroy();
  }
}
const failed = (reason: string | RegExp, retryAfterSeconds: unknown = 0) => ({
  kind: 'failed',
  reason: typeof reason === 'string' ? reason : expect.stringMatching(reason),
  retryAfterSeconds,
});

describe('The sender of webhooks', () => {
  let server: Server;
  let requests: { method: string | undefined; headers: Record<string, string>; body: string }[];
  let answer: RequestListener;
  let url: string;

  beforeEach(async () => {
    requests = [];
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        requests.push({ method: request.method, headers: request.headers as Record<string, string>, body });
        answer(request, response);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?of=us`;
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  it('posts a message that verifies with either secret', async () => {
    answer = (_, response) => response.writeHead(204).end();
    expect(await send(url)).toEqual({ kind: 'delivered' });
    const [request] = requests;
    expect(request?.method).toBe('POST');
    expect(request?.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': 'event-1' });
    expect(request?.headers['webhook-signature']?.split(' ')).toHaveLength(2);
    for (const secret of [SECRET, PREVIOUS]) {
      expect(new Webhook(secret).verify(request?.body ?? '', request?.headers ?? {})).toEqual({
        id: 'event-1',
      });
    }
  });

  it.each([200, 201, 202, 204, 299])('treats %i as delivered', async (status) => {
    answer = (_, response) => response.writeHead(status).end();
    expect(await send(url)).toEqual({ kind: 'delivered' });
  });

  it.each([301, 302, 303, 304, 307, 308, 400, 401, 404, 413, 500, 503])(
    'treats %i as failed, and follows no redirect',
    async (status) => {
      answer = (_, response) => response.writeHead(status, { Location: '/elsewhere' }).end();
      expect(await send(url)).toEqual(failed(`the receiver responded with ${status}`));
      expect(requests).toHaveLength(1);
    },
  );

  it('treats 410 as a request to pause', async () => {
    answer = (_, response) => response.writeHead(410).end();
    expect(await send(url)).toEqual({ kind: 'gone', reason: 'the receiver responded with 410' });
  });

  it.each([
    ['120', 120],
    [new Date(Date.now() + 90_000).toUTCString(), expect.closeTo(85, -1)],
    [new Date(Date.now() - 90_000).toUTCString(), 0],
    ['999999999', 86_400],
    ['9'.repeat(400), 86_400],
    ['-5', 0],
    ['soon', 0],
  ])('reads Retry-After: %s', async (value, seconds) => {
    answer = (_, response) => response.writeHead(429, { 'Retry-After': value }).end();
    expect(await send(url)).toEqual(failed('the receiver responded with 429', seconds));
  });

  it.each<[string, RequestListener]>([
    ['that does not end', (_, response) => response.writeHead(200).write('x'.repeat(10_000_000))],
    ['that drips', (_, response) => response.writeHead(200).write('x')],
    [
      'that breaks off',
      (_, response) => {
        response.writeHead(200, { 'Content-Length': '100' }).write('x');
        setTimeout(() => response.destroy(), 50);
      },
    ],
  ])('waits at most two seconds for a response %s, because its status decides', async (_, listener) => {
    answer = listener;
    const started = performance.now();
    expect(await send(url)).toEqual({ kind: 'delivered' });
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it.each(['100 Continue', '103 Early Hints'])('gives up a receiver that repeats %s', async (status) => {
    const interim = Buffer.from(`HTTP/1.1 ${status}\r\n\r\n`.repeat(1_000));
    const flood = (socket: Socket): void => {
      while (!socket.destroyed && socket.write(interim));
    };
    await withRawReceiver(
      (socket) => socket.once('data', () => flood(socket)).on('drain', () => flood(socket)),
      async (rawUrl) => {
        const started = performance.now();
        expect(await send(rawUrl)).toEqual(failed('too many interim responses'));
        expect(performance.now() - started).toBeLessThan(5_000);
      },
    );
  });

  it('gives up a receiver that does not answer within ten seconds', async () => {
    answer = () => {};
    const started = performance.now();
    expect(await send(url)).toEqual(failed('no answer within 10 s'));
    expect(performance.now() - started).toBeLessThan(11_500);
  }, 20_000);

  it('explains network errors', async () => {
    answer = (_, response) => response.destroy();
    expect(await send(url)).toEqual(failed(/closed|reset/));
    expect(await send(url.replace('http:', 'https:'))).toEqual(failed(/^TLS failed: .*version/));
    expect(await send(`http://127.0.0.1:${await freePort()}/`)).toEqual(failed(/ECONNREFUSED/));
    expect(await send('https://receiver.invalid/')).toEqual(failed(/ENOTFOUND|EAI_AGAIN/));
  });

  it.each<[string, string, object]>([
    ['100 twice, then 200', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(2) + OK, { kind: 'delivered' }],
    ['103, then 200', `HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n${OK}`, { kind: 'delivered' }],
    [
      '101',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
      failed('the receiver responded with 101'),
    ],
    ['another protocol', 'SSH-2.0-OpenSSH\r\n', failed(/Parse Error/)],
    ['half a status', 'HTTP/1.1 2', failed(/closed/)],
    ['nothing', '', failed(/closed/)],
  ])('understands a receiver that answers %s and closes', async (_, answered, outcome) => {
    await withRawReceiver(
      (socket) => socket.once('data', () => socket.end(answered)),
      async (place) => {
        expect(await send(place)).toEqual(outcome);
      },
    );
  });

  it('notices immediately that the connection is closed before the request was sent', async () => {
    const started = performance.now();
    await withRawReceiver(
      (socket) => socket.destroy(),
      async (place) => {
        expect(await send(place)).toEqual(failed(/closed|reset/i));
      },
    );
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('sends again over another connection when an idle one was closed in the moment of its reuse', async () => {
    const seen: number[] = [];
    let connections = 0;
    const onConnection = (socket: Socket): void => {
      const connection = (connections += 1);
      socket.on('data', () => {
        seen.push(connection);
        // The first connection takes one request, and closes at the next.
        if (connection > 1 || seen.length === 1) socket.write(OK);
        else socket.destroy();
      });
    };
    await withRawReceiver(onConnection, async (place) => {
      const sender = senderTo(place);
      for (let n = 0; n < 2; n += 1) {
        expect(await sender.send('event-1', '{"id":"event-1"}')).toEqual({ kind: 'delivered' });
      }
    });
    expect(seen).toEqual([1, 1, 2]);
  });

  it('trusts no certificate of an unknown authority', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'sender-'));
    const { key, cert } = new Authority(folder, 'unknown').issue('localhost');
    rmSync(folder, { recursive: true });
    const secure = createTlsServer({ key, cert }, (_, response) => response.writeHead(204).end());
    secure.listen(0, '127.0.0.1');
    await once(secure, 'listening');
    const { port } = secure.address() as AddressInfo;
    expect(await send(`https://localhost:${port}/`)).toEqual(failed(/certificate/));
    secure.close();
    secure.closeAllConnections();
  });
});
