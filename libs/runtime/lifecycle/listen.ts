import { once } from 'node:events';
import type { Server } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { Environment } from '../config/environment';

/** A reason that a program cannot start, complete without a stack trace. */
export class StartError extends Error {}

/** Maximum number of turns of the event loop until one of them is quick. */
const TURNS_MAX = 500;

/** The variables that say where a server listens. */
const PLACES = {
  api: { port: 'API_PORT', host: 'API_HOST' },
  operations: { port: 'OPERATIONS_PORT', host: 'OPERATIONS_HOST' },
  worker: { port: 'WORKER_PORT', host: 'API_HOST' },
} as const;
export type ListeningPort = keyof typeof PLACES;

/**
 * Resolves once the server listens. (Nest's `listen` also logs an error, without the name of the variable.)
 * @throws {StartError} with the variable to change
 */
export async function listen(server: Server, environment: Environment, name: ListeningPort): Promise<void> {
  const place = PLACES[name];
  const host = environment[place.host] || environment.API_HOST;
  const port = environment[place.port];
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    const reasons: NodeJS.Dict<string> = {
      EADDRINUSE: `${place.port}: port ${port} is already in use on ${host}; stop the other program or set another port`,
      EACCES: `${place.port}: port ${port} requires privileges that this user lacks; set another port`,
      EADDRNOTAVAIL: `${place.host}: "${host}" is not an address of this machine`,
      ENOTFOUND: `${place.host}: "${host}" is not a known host name`,
    };
    const reason = reasons[code] ?? `${place.host}, ${place.port}: cannot listen on ${host}:${port}`;
    throw new StartError(`${reason} (${message})`, { cause: error });
  }
}

/**
 * Resolves once the system's accept queue is empty, because queued connections would be reset when their listener closes.
 * A turn of the event loop accepts first and then runs other callbacks: what arrives during a long one is still queued.
 * @param accepted the number of connections accepted so far
 */
export async function acceptQueued(accepted: () => number): Promise<void> {
  for (let turns = 0, quick = false; turns < TURNS_MAX && !quick; turns += 1) {
    const before = accepted();
    const began = performance.now();
    await turn();
    quick = accepted() === before && performance.now() - began < 1;
  }
}
