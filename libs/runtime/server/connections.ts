import type { Socket } from 'node:net';

/** One client address holds no more than this part of the places. */
const SHARE = 1 / 4;
/** A client address may hold as many as this, however few places there are. */
const SHARE_MIN = 8;
/** How long a connection may come without a request once the process is ending, in milliseconds. */
const MUTE_MAX_MS = 2_000;

export interface ConnectionRules {
  /** Places for connections. */
  readonly max: number;
  /** Whom an address stands for, such as the /64 of an IPv6 one. */
  readonly clientOf: (address: string) => string;
  /** Whether the address may hold more than its share. */
  readonly isProxy: (address: string) => boolean;
  /** Longest that an answer may lie unread without progress, in milliseconds. */
  readonly unreadMaxMs: number;
}

interface Connection {
  readonly socket: Socket;
  readonly client: string;
  readonly openedAt: number;
  /** What had been read of it when its last request was answered. */
  bytesAtRest: number;
  /** What is unread of its answer, and since when it has been as much. */
  unread: number;
  unreadSince: number;
}

/**
 * The connections of a server. When places run short, those without a request give way, the one that has been idle the
 * longest first; a connection that finds no place is closed without a word.
 */
export class Connections {
  /** Accepted so far. */
  accepted = 0;
  private readonly open = new Map<Socket, Connection>();
  /** Without a request, in the order in which they became so. */
  private readonly idle = new Set<Connection>();
  private readonly held = new Map<string, number>();

  constructor(private readonly rules: ConnectionRules) {}

  get size(): number {
    return this.open.size;
  }

  admit(socket: Socket): void {
    this.accepted += 1;
    const { remoteAddress } = socket;
    const client = remoteAddress === undefined ? undefined : this.placeFor(remoteAddress);
    if (client === undefined) {
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

  /** Closes those whose client has left an answer unread for too long. */
  closeStuck(): void {
    const now = performance.now();
    for (const connection of this.open.values()) {
      const unread = unreadOf(connection.socket);
      if (unread === 0 || unread !== connection.unread) connection.unreadSince = now;
      else if (now - connection.unreadSince >= this.rules.unreadMaxMs) connection.socket.destroy();
      connection.unread = unread;
    }
  }

  /** Closes those on which no request is on its way; one that has never brought a byte is given a moment. */
  closeIdle(): void {
    for (const { socket, openedAt, bytesAtRest } of this.idle) {
      const mute = socket.bytesRead === 0 && performance.now() - openedAt > MUTE_MAX_MS;
      if (mute || (bytesAtRest > 0 && socket.bytesRead === bytesAtRest)) socket.destroy();
    }
  }

  closeAll(): void {
    for (const socket of this.open.keys()) socket.destroy();
  }

  /** Makes place for one more of the address. @returns its client; undefined where there is no place */
  private placeFor(address: string): string | undefined {
    const { max, isProxy, clientOf } = this.rules;
    const client = clientOf(address);
    const share = isProxy(address) ? max : Math.max(SHARE_MIN, Math.floor(max * SHARE));
    const ownPlace = (this.held.get(client) ?? 0) < share || this.evict((each) => each.client === client);
    return ownPlace && (this.open.size < max || this.evict(() => true)) ? client : undefined;
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
 * Bytes that the client has not taken yet. A large answer is one chunk to Node's streams; how much of it the system
 * has taken is known to the socket's handle alone, where Node's own time-out reads it.
 */
function unreadOf(socket: Socket): number {
  if (socket.writableLength === 0) return 0;
  const { _handle: handle } = socket as { _handle?: { readonly writeQueueSize?: number } | null };
  return socket.writableLength + (handle?.writeQueueSize ?? 0);
}
