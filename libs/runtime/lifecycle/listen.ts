import { once } from 'node:events';
import type { Server } from 'node:net';
import type { Environment } from '../config/environment';

/** A reason that a program cannot start, complete without a stack trace. */
export class StartError extends Error {}

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
