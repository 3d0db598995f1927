import cluster, { type Worker } from 'node:cluster';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Exposition } from '@app/metrics';
import type { ToPrimary, ToProcess } from './messages';
import { Watch } from './watch';

/** How an api process ended, or why it did not start. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly error?: Error;
}

/** Events of an api process that the primary listens to. */
export interface Listener {
  readonly metrics: (from: ApiProcess, exposition: Exposition) => void;
  readonly scrape: (from: ApiProcess) => void;
  /** The process itself received a signal to end. */
  readonly signalled: (from: ApiProcess) => void;
  /** The process is ready to take connections. */
  readonly ready: () => void;
}

/** A connection that is being handed over to a process. */
interface UnconfirmedConnection {
  readonly socket: Socket;
  readonly onUnconfirmed: (socket: Socket) => void;
}

/** Maximum wait for the remaining messages of a process that has exited: messages can arrive after 'exit'. */
const LATE_MESSAGES_MS = 250;
/** Maximum number of connections being handed over to one process, so that a hanging process delays few of them. */
const UNCONFIRMED_MAX = 4;

/** One of the processes behind the port, from the primary's side. */
export class ApiProcess {
  /** The process answers requests. */
  up = false;
  /** The process has answered requests at least once, even if it no longer does. */
  answered = false;
  /** The process has been asked to end. */
  leaving = false;
  /** Resident memory, in bytes. */
  rss = 0;
  readonly ended: Promise<Exit>;
  private readonly worker: Worker = cluster.fork();
  readonly watch = new Watch(this.worker.process.pid);
  private readonly startedAt = performance.now();
  /** Connections handed over but not yet accepted, by number. */
  private readonly unconfirmed = new Map<number, UnconfirmedConnection>();
  private given = 0;
  private announced: () => void = () => {};
  private shown: () => void = () => {};

  constructor(private readonly listener: Listener) {
    this.worker.on('message', (message: ToPrimary) => this.hear(message));
    const exit = new Promise<Exit>((resolve) => {
      // A process that cannot start does not 'exit'. One that has ended does not need the message that could not be sent.
      this.worker.on('error', (error: Error) => this.pid ?? resolve({ code: null, signal: null, error }));
      this.worker.once('exit', (code: number | null, signal: NodeJS.Signals | null) =>
        resolve({ code, signal }),
      );
    });
    const silence = new Promise<void>((resolve) => this.worker.once('disconnect', resolve));
    this.ended = exit.then((how) => this.conclude(how, silence));
  }

  get id(): number {
    return this.worker.id;
  }
  get pid(): number | undefined {
    return this.worker.process.pid;
  }
  get ageMs(): number {
    return performance.now() - this.startedAt;
  }
  /** The process answers requests and can take one more connection. */
  get free(): boolean {
    return this.up && this.worker.isConnected() && this.unconfirmed.size < UNCONFIRMED_MAX;
  }

  /**
   * Resolves to true once the process answers requests; to false if it ended, or was killed because it took too long.
   */
  async start(timeoutMs: number): Promise<boolean> {
    const answers = new Promise<boolean>((resolve) => (this.announced = () => resolve(true)));
    return await this.withKillDeadline(timeoutMs, async () => {
      this.up = await Promise.race([answers, this.ended.then(() => false)]);
      this.answered = this.up;
      if (this.up) this.listener.ready();
      return this.up;
    });
  }

  /** Hands a connection over. The primary keeps it open until the process has accepted it. */
  give(socket: Socket, onUnconfirmed: (socket: Socket) => void): void {
    const connection = this.given;
    this.given += 1;
    this.unconfirmed.set(connection, { socket, onUnconfirmed });
    this.worker.send({ do: 'serve', connection } satisfies ToProcess, socket, { keepOpen: true }, () => {});
  }

  /** Lets the process finish its requests and end; kills it if it takes too long. */
  async leave(replaced: boolean, timeoutMs: number): Promise<Exit> {
    this.leaving = true;
    this.sendMessage({ do: 'leave', replaced });
    return await this.withKillDeadline(timeoutMs, () => this.ended);
  }

  /** Asks the process for its metrics. Resolves when they arrive, or when it is clear that they will not. */
  async show(timeoutMs: number): Promise<void> {
    const shown = new Promise<void>((resolve) => (this.shown = resolve));
    this.sendMessage({ do: 'show' });
    await Promise.race([shown, pause(timeoutMs, undefined, { ref: false })]);
  }

  sendMessage(message: ToProcess): void {
    if (this.worker.isConnected()) this.worker.send(message, () => {});
  }

  kill(): void {
    this.worker.process.kill('SIGKILL');
  }

  private async withKillDeadline<T>(timeoutMs: number, wait: () => Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.kill(), timeoutMs);
    try {
      return await wait();
    } finally {
      clearTimeout(timer);
    }
  }

  /** The end is 'exit': 'disconnect' does not arrive when connections were being handed over. */
  private async conclude(how: Exit, silence: Promise<void>): Promise<Exit> {
    this.up = false;
    await Promise.race([silence, pause(LATE_MESSAGES_MS)]);
    if (this.worker.isConnected()) this.worker.process.disconnect();
    for (const { socket, onUnconfirmed } of this.unconfirmed.values()) onUnconfirmed(socket);
    this.unconfirmed.clear();
    return how;
  }

  private hear(message: ToPrimary): void {
    this.watch.heard();
    if (message.say === 'alive') this.rss = message.rss;
    else if (message.say === 'up') this.announced();
    else if (message.say === 'scrape') this.listener.scrape(this);
    else if (message.say === 'asked') this.listener.signalled(this);
    else if (message.say === 'took') {
      this.unconfirmed.get(message.connection)?.socket.destroy();
      this.unconfirmed.delete(message.connection);
      this.listener.ready();
    } else {
      this.listener.metrics(this, message.exposition);
      this.shown();
    }
  }
}
