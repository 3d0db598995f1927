import cluster, { type Worker } from 'node:cluster';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Exposition } from '@app/metrics';
import type { ToPrimary, ToProcess } from './messages';
import { Watch } from './watch';

/** How an api process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What the primary wants to hear of. */
export interface Listener {
  readonly metrics: (from: ApiProcess, exposition: Exposition) => void;
  readonly scrape: (from: ApiProcess) => void;
  /** It was told to end by its own signal. */
  readonly asked: (from: ApiProcess) => void;
  /** It may take connections. */
  readonly ready: () => void;
}

/** A connection on its way to a process. */
interface Untaken {
  readonly socket: Socket;
  readonly giveBack: (socket: Socket) => void;
}

/** Longest wait for what a process said before its end: messages can arrive after 'exit'. */
const LAST_WORDS_MS = 250;
/** Connections on their way to one process; a process that hangs delays no more than these. */
const UNTAKEN_MAX = 4;

/** One of the processes behind the port, as the primary sees it. */
export class ApiProcess {
  /** It answers requests. */
  up = false;
  /** It has come to answer requests, whatever became of it. */
  answered = false;
  /** It has been told to go. */
  leaving = false;
  /** Resident memory, in bytes. */
  rss = 0;
  readonly ended: Promise<Exit>;
  private readonly worker: Worker = cluster.fork();
  readonly watch = new Watch(this.worker.process.pid);
  private readonly startedAt = performance.now();
  /** Given to it, by number, and not taken yet. */
  private readonly untaken = new Map<number, Untaken>();
  private given = 0;
  private announced: () => void = () => {};
  private shown: () => void = () => {};

  constructor(private readonly listener: Listener) {
    this.worker.on('message', (message: ToPrimary) => this.hear(message));
    // A message that could not be sent: a process that has ended has no use for it.
    this.worker.on('error', () => {});
    const exit = new Promise<Exit>((resolve) => {
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
  /** It answers requests and can be given one more connection. */
  get free(): boolean {
    return this.up && this.worker.isConnected() && this.untaken.size < UNTAKEN_MAX;
  }

  /** Resolves to whether it answers requests; false when it ended, or took too long and was ended. */
  async start(timeoutMs: number): Promise<boolean> {
    const answers = new Promise<boolean>((resolve) => (this.announced = () => resolve(true)));
    return await this.orKill(timeoutMs, async () => {
      this.up = await Promise.race([answers, this.ended.then(() => false)]);
      this.answered = this.up;
      if (this.up) this.listener.ready();
      return this.up;
    });
  }

  /** Hands it a connection, which stays open here until the process has it. */
  give(socket: Socket, giveBack: (socket: Socket) => void): void {
    const connection = this.given;
    this.given += 1;
    this.untaken.set(connection, { socket, giveBack });
    this.worker.send({ do: 'serve', connection } satisfies ToProcess, socket, { keepOpen: true }, () => {});
  }

  /** Has it finish what is in progress and go; one that takes longer is ended. */
  async leave(replaced: boolean, timeoutMs: number): Promise<Exit> {
    this.leaving = true;
    this.tell({ do: 'leave', replaced });
    return await this.orKill(timeoutMs, () => this.ended);
  }

  /** Asks for its metrics; resolves once they are told, or will not be. */
  async show(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.shown = resolve;
      timer = setTimeout(resolve, timeoutMs);
      this.tell({ do: 'show' });
    });
    clearTimeout(timer);
  }

  tell(message: ToProcess): void {
    if (this.worker.isConnected()) this.worker.send(message, () => {});
  }

  kill(): void {
    this.worker.process.kill('SIGKILL');
  }

  private async orKill<T>(timeoutMs: number, wait: () => Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.kill(), timeoutMs);
    try {
      return await wait();
    } finally {
      clearTimeout(timer);
    }
  }

  /** 'exit' decides: 'disconnect' does not come when connections were being handed over. */
  private async conclude(how: Exit, silence: Promise<void>): Promise<Exit> {
    this.up = false;
    await Promise.race([silence, pause(LAST_WORDS_MS)]);
    if (this.worker.isConnected()) this.worker.process.disconnect();
    for (const { socket, giveBack } of this.untaken.values()) giveBack(socket);
    this.untaken.clear();
    return how;
  }

  private hear(message: ToPrimary): void {
    this.watch.heard();
    if (message.say === 'alive') this.rss = message.rss;
    else if (message.say === 'up') this.announced();
    else if (message.say === 'scrape') this.listener.scrape(this);
    else if (message.say === 'asked') this.listener.asked(this);
    else if (message.say === 'took') {
      this.untaken.get(message.connection)?.socket.destroy();
      this.untaken.delete(message.connection);
      this.listener.ready();
    } else {
      this.listener.metrics(this, message.exposition);
      this.shown();
    }
  }
}
