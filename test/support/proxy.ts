import { once } from 'node:events';
import { createServer as createHttpServer, request as ask, type Server as HttpServer } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../tools/processes/ports';

/** A TCP proxy on loopback that can swallow everything, refuse new connections, and cut existing ones. */
export class TcpProxy {
  /** Number of connections so far. */
  accepted = 0;
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private server: Server | undefined;
  private frozen = false;
  private latencyMs: readonly [number, number] = [0, 0];

  private constructor(
    readonly port: number,
    private target: number,
  ) {}

  static async start(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(await freePort(), target);
    await proxy.open();
    return proxy;
  }

  /** A black hole: existing and new connections stay open, but nothing passes in either direction. */
  freeze(): void {
    this.frozen = true;
    for (const pair of this.pairs) for (const socket of pair) socket.pause();
  }

  /** Passes on everything that was swallowed. */
  thaw(): void {
    this.frozen = false;
    for (const pair of this.pairs) for (const socket of pair) socket.resume();
  }

  /** New connections work; existing ones stay silent forever, as after the loss of a host. */
  abandon(): void {
    this.frozen = false;
  }

  /** Delays every reply by a random time between the two, in milliseconds, and keeps the order. */
  delay(leastMs: number, mostMs: number): void {
    this.latencyMs = [leastMs, mostMs];
  }

  /** Sends new connections to another port; existing ones stay. */
  retarget(port: number): void {
    this.target = port;
  }

  /** Cuts every connection; new ones are accepted. */
  cut(): void {
    for (const pair of this.pairs) for (const socket of pair) socket.destroy();
  }

  /** Refuses new connections; existing ones stay. */
  refuse(): void {
    this.server?.close();
    this.server = undefined;
  }

  /** Accepts connections on the same port again. */
  async open(): Promise<void> {
    const server = createServer({ pauseOnConnect: true }, (client) => this.join(client));
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.server = server;
  }

  stop(): void {
    this.refuse();
    this.cut();
  }

  private join(client: Socket): void {
    this.accepted += 1;
    const upstream = connect(this.target, '127.0.0.1');
    const pair = [client, upstream] as const;
    this.pairs.add(pair);
    for (const [from, to] of [pair, [upstream, client] as const]) {
      const send = from === upstream ? this.delayed(to) : (chunk: Buffer) => void to.write(chunk);
      from.on('data', send);
      from.on('error', () => {});
      from.on('close', () => {
        to.destroy();
        this.pairs.delete(pair);
      });
      if (this.frozen) from.pause();
      else from.resume();
    }
  }

  /** Writes data in order, delayed as currently configured. */
  private delayed(to: Socket): (chunk: Buffer) => void {
    let line = Promise.resolve();
    let waiting = 0;
    return (chunk) => {
      const [leastMs, mostMs] = this.latencyMs;
      if (mostMs === 0 && waiting === 0) {
        to.write(chunk);
        return;
      }
      waiting += 1;
      const due = performance.now() + leastMs + Math.random() * (mostMs - leastMs);
      line = line
        .then(() => pause(Math.max(0, due - performance.now())))
        .then(() => {
          waiting -= 1;
          to.write(chunk);
        });
    };
  }
}

/** A site with the service under a path, like nginx with `location /auth/ { proxy_pass http://api/; }`. */
export async function startSite(
  path: string,
  target: number,
): Promise<{ readonly origin: string; readonly stop: () => void }> {
  const server: HttpServer = createHttpServer((request, response) => {
    const { method, headers, url = '/' } = request;
    if (!url.startsWith(`${path}/`)) {
      response.writeHead(404).end('This is the site, and not the service.');
      return;
    }
    const upstream = ask(
      { host: '127.0.0.1', port: target, method, headers, path: url.slice(path.length) },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    upstream.once('error', () => response.destroy());
    request.pipe(upstream);
  });
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
