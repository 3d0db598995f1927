import { createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { acceptQueued, listen, type Environment, type ListeningPort } from '@app/runtime';

/** Maximum number of connections that wait for a process; further ones are closed. */
const WAITING_MAX = 1_024;
/** Interval of the checks while the port closes, in milliseconds. */
const CHECK_INTERVAL_MS = 50;
/** A closing port that has had no connection for its time of grace closes after this long. */
const QUIET_MS = 300;

/** A receiver of connections. */
export interface Taker {
  /** @param onUnconfirmed gets the connection if the receiver dies before accepting it */
  give(socket: Socket, onUnconfirmed: (socket: Socket) => void): void;
}

/**
 * A port shared by several processes. It stays open when processes die, and a connection that a dying process did not
 * accept goes to another one. Node's own cluster module closes the port with the last process, and loses connections
 * that are being handed over.
 */
export class SharedPort {
  private readonly server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
    this.lastAt = performance.now();
    this.accepted += 1;
    socket.on('error', () => {});
    this.place(socket);
  });
  private readonly waiting: Socket[] = [];
  private accepted = 0;
  private lastAt = -Infinity;
  private next = 0;

  /** @param free the receivers that can take another connection now */
  constructor(private readonly free: () => readonly Taker[]) {}

  /** @throws {StartError} if the port cannot be opened */
  async listen(environment: Environment, port: ListeningPort): Promise<void> {
    await listen(this.server, environment, port);
  }

  /** Gives the connection to the next free process in turn, or lets it wait. */
  place(socket: Socket): void {
    const taker = this.nextTaker();
    if (taker !== undefined) this.give(socket, taker);
    else if (this.waiting.length < WAITING_MAX) this.waiting.push(socket);
    else socket.destroy();
  }

  /** Gives waiting connections to free processes. */
  placeWaiting(): void {
    while (this.waiting.length > 0) {
      const taker = this.nextTaker();
      if (taker === undefined) return;
      this.give(this.waiting.shift() as Socket, taker);
    }
  }

  /** Accepts what the operating system has already queued, then closes. */
  async close(graceMs: number): Promise<void> {
    const began = performance.now();
    // Clients of the last second may still be waiting for responses, and ask whether the service is ready.
    const quiet = (): boolean =>
      performance.now() - began > QUIET_MS && performance.now() - this.lastAt > graceMs;
    while (performance.now() - began < graceMs && !quiet()) await pause(CHECK_INTERVAL_MS);
    await acceptQueued(() => this.accepted);
    this.server.close();
    const end = performance.now() + graceMs;
    while (this.waiting.length > 0 && performance.now() < end) await pause(CHECK_INTERVAL_MS);
    for (const socket of this.waiting.splice(0)) socket.destroy();
  }

  private give(socket: Socket, taker: Taker): void {
    taker.give(socket, (returned) => this.place(returned));
  }

  private nextTaker(): Taker | undefined {
    const takers = this.free();
    this.next += 1;
    return takers[this.next % Math.max(takers.length, 1)];
  }
}
