import type { Socket } from 'node:net';

/** Maximum share of the connections for one client address. */
const SHARE = 1 / 4;
/** A client address may always have this many connections, however low the maximum is. */
const SHARE_MIN = 8;
/** During shutdown, how long a connection may be open without a request, in milliseconds. */
const MUTE_MAX_MS = 2_000;

export interface ConnectionRules {
  /** Maximum number of connections. */
  readonly max: number;
  /** The client that an address belongs to, such as the /64 of an IPv6 address. */
  readonly clientOf: (address: string) => string;
  /** Whether the address may exceed its share. */
  readonly isProxy: (address: string) => boolean;
  /** Maximum time that a response may stay unread without progress, in milliseconds. */
  readonly unreadMaxMs: number;
}

/** What connections of one client have in common. A proxy has connections of many, so each of these is one of its own. */
export type Client = string | Socket;

interface Connection {
  readonly socket: Socket;
  readonly client: Client;
  readonly openedAt: number;
  /** Bytes read when its last request was answered. */
  bytesAtRest: number;
  /** The unread part of its response, and since when it has been that large. */
  unread: number;
  unreadSince: number;
}

/**
 * The connections of a server. When they run short, idle ones are closed, longest idle first; without an idle one, the
 * new connection is closed without a response.
 */
export class Connections {
  /** Number of connections accepted so far. */
  accepted = 0;
  private readonly open = new Map<Socket, Connection>();
  /** Connections without a request, in the order in which they became idle. */
  private readonly idle = new Set<Connection>();
  private readonly held = new Map<Client, number>();

  constructor(private readonly rules: ConnectionRules) {}

  get size(): number {
    return this.open.size;
  }

  admit(socket: Socket): void {
    this.accepted += 1;
    const client = this.identify(socket);
    if (client === undefined || !this.makePlace(client)) {
      socket.destroy();
      return;
    }
    const openedAt = performance.now();
    const connection = { socket, client, openedAt, bytesAtRest: 0, unread: 0, unreadSince: openedAt };
    this.open.set(socket, connection);
    this.held.set(client, (this.held.get(client) ?? 0) + 1);
    this.idle.add(connection);
    socket.once('close', () => this.remove(connection));
  }

  /** The client of a socket; undefined if the socket was refused. */
  clientOf(socket: Socket): Client | undefined {
    return this.open.get(socket)?.client;
  }

  busy(socket: Socket): void {
    const connection = this.open.get(socket);
    if (connection !== undefined) this.idle.delete(connection);
  }

  rest(socket: Socket): void {
    const connection = this.open.get(socket);
    if (connection === undefined) return;
    connection.bytesAtRest = socket.bytesRead;
    this.idle.add(connection);
  }

  /** Closes connections whose client has left a response unread for too long. */
  closeStuck(): void {
    const now = performance.now();
    for (const connection of this.open.values()) {
      const unread = unreadOf(connection.socket);
      if (unread === 0 || unread !== connection.unread) connection.unreadSince = now;
      else if (now - connection.unreadSince >= this.rules.unreadMaxMs) connection.socket.destroy();
      connection.unread = unread;
    }
  }

  /** Closes connections without a request in progress; one that has not sent a byte yet gets a moment. */
  closeIdle(): void {
    for (const { socket, openedAt, bytesAtRest } of this.idle) {
      const mute = socket.bytesRead === 0 && performance.now() - openedAt > MUTE_MAX_MS;
      if (mute || (bytesAtRest > 0 && socket.bytesRead === bytesAtRest)) socket.destroy();
    }
  }

  /** Closes all connections of a client, also those whose requests have not been read yet. */
  closeClient(client: Client | undefined): void {
    for (const connection of this.open.values())
      if (connection.client === client) connection.socket.destroy();
  }

  closeAll(): void {
    for (const socket of this.open.keys()) socket.destroy();
  }

  /** Undefined if the socket has been closed meanwhile. */
  private identify(socket: Socket): Client | undefined {
    const { remoteAddress } = socket;
    if (remoteAddress === undefined) return undefined;
    return this.rules.isProxy(remoteAddress) ? socket : this.rules.clientOf(remoteAddress);
  }

  /** Makes a slot free for another connection of the client. @returns whether there is one */
  private makePlace(client: Client): boolean {
    const { max } = this.rules;
    const share = Math.max(SHARE_MIN, Math.floor(max * SHARE));
    const ownPlace = (this.held.get(client) ?? 0) < share || this.evict((each) => each.client === client);
    return ownPlace && (this.open.size < max || this.evict(() => true));
  }

  private evict(which: (connection: Connection) => boolean): boolean {
    for (const connection of this.idle) {
      if (!which(connection)) continue;
      this.remove(connection);
      connection.socket.destroy();
      return true;
    }
    return false;
  }

  private remove(connection: Connection): void {
    if (!this.open.delete(connection.socket)) return;
    this.idle.delete(connection);
    const left = (this.held.get(connection.client) ?? 1) - 1;
    if (left > 0) this.held.set(connection.client, left);
    else this.held.delete(connection.client);
  }
}

/**
 * Bytes that the client has not read yet. To Node's streams, a large response is one chunk; only the socket's handle
 * knows how much of it the system has sent, and Node's own timeout reads it there, too.
 */
function unreadOf(socket: Socket): number {
  if (socket.writableLength === 0) return 0;
  const { _handle: handle } = socket as { _handle?: { readonly writeQueueSize?: number } | null };
  return socket.writableLength + (handle?.writeQueueSize ?? 0);
}
