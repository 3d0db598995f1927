import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Counts round trips between an app and a server: each time a response follows a request. */
export class CountingProxy {
  private count = 0;
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;

  private constructor(private readonly target: number) {}

  static async start(target: number): Promise<CountingProxy> {
    const proxy = new CountingProxy(target);
    const server = createServer((client) => proxy.join(client));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy.server = server;
    return proxy;
  }

  get port(): number {
    const address = this.server?.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  get roundTrips(): number {
    return this.count;
  }

  stop(): void {
    this.server?.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private join(client: Socket): void {
    const upstream = connect(this.target, '127.0.0.1');
    let asking = false;
    client.on('data', () => (asking = true));
    upstream.on('data', () => {
      if (asking) this.count += 1;
      asking = false;
    });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.sockets.add(from);
      from.setNoDelay();
      from.on('error', () => {});
      from.on('close', () => {
        to.destroy();
        this.sockets.delete(from);
      });
      from.pipe(to);
    }
  }
}
