import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Environment } from '../config/environment';
import { destroyIfSilent } from '../lifecycle/silent-socket';

let lateAt = -Infinity;

/** Called when PostgreSQL has not answered a query in time: some connection may be dead. */
export function noteLateAnswer(): void {
  lateAt = performance.now();
}

/**
 * Makes the sockets of a pool: paced, and destroyed when they are of no use any more.
 * @param silenceMs how long a query may stay unanswered
 */
export function watchedSockets(environment: Environment, silenceMs: number): () => Promise<Socket> {
  const { DATABASE_HOST: host, DATABASE_PORT: port, DATABASE_POOL_SIZE: size } = environment;
  const turn = connectionPacer(size);
  return async () => {
    await turn();
    const socket = connect({ host, port });
    destroyIfSilent(socket, silenceMs, undefined, () => lateAt);
    closeIfMute(socket);
    return socket;
  };
}

/** A connection on which postgres.js has sent nothing after this time never sends anything. */
const MUTE_MS = 5;

/** During this time, a pool opens at most as many connections as it has, and one for LISTEN. */
const CONNECT_WINDOW_MS = 300;

/**
 * Paces the connections of a pool. If a server, or a proxy in front of it, accepts connections and closes them, postgres.js
 * (3.4.9) connects again without any pause: thousands of times a second.
 * @param max size of the pool
 */
function connectionPacer(max: number): () => Promise<void> {
  const recent: number[] = [];
  return async () => {
    const now = performance.now();
    const oldest = recent.length > max ? (recent.shift() ?? now) : -Infinity;
    const at = Math.max(now, oldest + CONNECT_WINDOW_MS);
    recent.push(at);
    if (at > now) await pause(at - now);
  };
}

/**
 * If a connection is lost while a query is buffered, postgres.js (3.4.9) keeps these bytes and does not send anything on
 * its next connections until it has buffered 1 KiB, each time only after a timeout. Closing them immediately turns
 * seconds into milliseconds. The server then refuses the old bytes, and the next connection works.
 */
function closeIfMute(socket: Socket): void {
  setTimeout(() => setImmediate(() => socket.bytesWritten === 0 && socket.destroy()), MUTE_MS).unref();
}
