import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { freePort } from '../../tools/processes/ports';

/** A TCP proxy on loopback that can swallow everything, refuse newcomers, and cut connections. */
export class TcpProxy {
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private server: Server | undefined;
  private frozen = false;

  private constructor(
    readonly port: number,
    private readonly target: number,
  ) {}

  static async start(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(await freePort(), target);
    await proxy.open();
    return proxy;
  }

  /** A black hole: connections stand, new ones too, and nothing comes through either way. */
  freeze(): void {
    this.frozen = true;
    for (const pair of this.pairs) for (const socket of pair) socket.pause();
  }

  /** What was swallowed comes through now. */
  thaw(): void {
    this.frozen = false;
    for (const pair of this.pairs) for (const socket of pair) socket.resume();
  }

  /** Newcomers come through; the connections that stand stay mute for ever, as after a host was lost. */
  abandon(): void {
    this.frozen = false;
  }

  /** Cuts every connection; new ones are taken. */
  cut(): void {
    for (const pair of this.pairs) for (const socket of pair) socket.destroy();
  }

  /** Refuses new connections; those that stand, stand. */
  refuse(): void {
    this.server?.close();
    this.server = undefined;
  }

  /** Takes connections, on the same port. */
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
    const upstream = connect(this.target, '127.0.0.1');
    const pair = [client, upstream] as const;
    this.pairs.add(pair);
    for (const [from, to] of [pair, [upstream, client] as const]) {
      from.on('data', (chunk: Buffer) => to.write(chunk));
      from.on('error', () => {});
      from.on('close', () => {
        to.destroy();
        this.pairs.delete(pair);
      });
      if (this.frozen) from.pause();
      else from.resume();
    }
  }
}
