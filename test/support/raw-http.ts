import { once } from 'node:events';
import { connect } from 'node:net';
import type { Received } from './document';

export interface RawRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** Time limit for a response, in milliseconds. */
const TIMEOUT_MS = 10_000;

/**
 * Sends text unchanged on its own connection, whether or not it is a request, including lone surrogates and the like.
 * Resolves to the response, or to null if the server closes the connection without one.
 */
export async function exchange(
  port: number,
  { method, target, headers, body }: RawRequest,
): Promise<Received | null> {
  const content = Buffer.from(body);
  const length = body === '' ? [] : [['Content-Length', content.length] as const];
  const fields = [['Host', 'localhost'] as const, ['Connection', 'close'] as const, ...headers, ...length];
  const head = [`${method} ${target} HTTP/1.1`, ...fields.map(([name, value]) => `${name}: ${value}`)];
  return parse(await converse(port, [Buffer.from(`${head.join('\r\n')}\r\n\r\n`), content]));
}

/** Writes, and resolves to everything received until the connection is closed. */
export function converse(port: number, chunks: readonly Buffer[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const received: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.concat(chunks)));
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    socket.on('data', (chunk) => received.push(chunk));
    // The server may close while we are still writing; what it sent counts.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') resolve(Buffer.concat(received));
      else reject(error);
    });
    socket.on('close', () => resolve(Buffer.concat(received)));
  });
}

/**
 * Sends the requests, each a head without the empty line that ends it, over one connection. Pipelined, they cost a third
 * of the processor time of single ones; a process lets 256 of a connection wait. Resolves to the responses, in order.
 */
export async function pipeline(port: number, heads: readonly string[]): Promise<string[]> {
  const text = heads.map((head, index) => (index < heads.length - 1 ? head : `${head}Connection: close\r\n`));
  const received = await converse(port, [Buffer.from(text.map((head) => `${head}\r\n`).join(''))]);
  return String(received)
    .split(/(?=HTTP\/1\.1 \d{3} )/)
    .filter((answer) => answer !== '');
}

/** The two parts of a request for the metrics. */
export const SCRAPE = ['GET /metrics HTTP/1.1\r\nHost: a\r\n', '\r\n'] as const;

/**
 * Writes the first part of a request, and the second one after `between`. Resolves to everything received until the
 * connection is closed.
 */
export async function converseInParts(
  port: number,
  [first, second]: readonly [string, string],
  between: () => Promise<unknown>,
): Promise<string> {
  let received = '';
  const socket = connect(port, '127.0.0.1');
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
  socket.on('data', (chunk) => (received += String(chunk)));
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await Promise.race([once(socket, 'connect'), closed]);
  socket.write(first);
  await between();
  socket.write(second);
  await closed;
  return received;
}

function parse(received: Buffer): Received | null {
  const text = received.toString().replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '');
  if (text === '') return null;
  const end = text.indexOf('\r\n\r\n');
  const [start = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = new Headers(lines.map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]));
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(start)?.[1]);
  const content = text.slice(end + 4);
  const chunked = headers.get('transfer-encoding') === 'chunked';
  return {
    status,
    headers,
    text: chunked ? content.replace(/^[0-9a-f]+\r\n|\r\n(?:[0-9a-f]+\r\n)?/g, '') : content,
  };
}
