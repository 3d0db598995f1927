import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';

/** Connections that wait for a process to take them; more are closed. */
const WAITING_MAX = 1_024;
/** How often the port is looked at while it closes, in milliseconds. */
const LOOK_MS = 50;
/** Without a new connection for so long, a port that is to be closed closes. */
const QUIET_MS = 300;

/** What takes connections. */
export interface Taker {
  /** @param giveBack takes the connection if the taker does not live to take it */
  give(socket: Socket, giveBack: (socket: Socket) => void): void;
}

/**
 * A port of several processes. It stays open whatever becomes of them, and a connection that a process did not live
 * to take goes to another one; Node's own cluster closes the port when the last process dies, and loses what it was
 * just handing over.
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
  private lastAt = 0;
  private next = 0;

  /** @param free those that take one more connection now */
  constructor(private readonly free: () => readonly Taker[]) {}

  /** @throws {Error} where the port cannot be had */
  async listen(port: number, host: string): Promise<void> {
    this.server.listen(port, host);
    await once(this.server, 'listening');
  }

  /** Gives the connection to the next process in turn that takes one, else lets it wait. */
  place(socket: Socket): void {
    const taker = this.nextTaker();
    if (taker !== undefined) this.give(socket, taker);
    else if (this.waiting.length < WAITING_MAX) this.waiting.push(socket);
    else socket.destroy();
  }

  /** Gives what waits to the processes that take it. */
  placeWaiting(): void {
    while (this.waiting.length > 0) {
      const taker = this.nextTaker();
      if (taker === undefined) return;
      this.give(this.waiting.shift() as Socket, taker);
    }
  }

  /** Accepts for a last moment, and then what the system has accepted already, and closes. */
  async close(graceMs: number): Promise<void> {
    const began = performance.now();
    const quiet = (): boolean => performance.now() - Math.max(began, this.lastAt) > QUIET_MS;
    while (performance.now() - began < graceMs && !quiet()) await pause(LOOK_MS);
    let before = -1;
    while (before !== this.accepted) {
      before = this.accepted;
      await turn();
      await turn();
    }
    this.server.close();
    const end = performance.now() + graceMs;
    while (this.waiting.length > 0 && performance.now() < end) await pause(LOOK_MS);
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
