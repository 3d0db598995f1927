import cluster, { type Worker } from 'node:cluster';
import type { Exposition } from '@app/metrics';
import type { ToPrimary, ToProcess } from './messages';

/** How an api process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What the primary wants to hear of. */
export interface Listener {
  readonly metrics: (from: ApiProcess, exposition: Exposition) => void;
  readonly scrape: (from: ApiProcess) => void;
}

/** One of the processes behind the port, as the primary sees it. */
export class ApiProcess {
  /** It answers requests. */
  up = false;
  /** It has been told to go. */
  leaving = false;
  /** Resident memory, in bytes. */
  rss = 0;
  readonly ended: Promise<Exit>;
  private readonly worker: Worker = cluster.fork();
  private readonly startedAt = performance.now();
  private heardAt = this.startedAt;
  private announced: () => void = () => {};
  private shown: () => void = () => {};

  constructor(private readonly listener: Listener) {
    this.worker.on('message', (message: ToPrimary) => this.hear(message));
    // A message that could not be sent: whoever is not there any more has no use for it.
    this.worker.on('error', () => {});
    const exit = new Promise<Exit>((resolve) => {
      this.worker.once('exit', (code: number | null, signal: NodeJS.Signals | null) =>
        resolve({ code, signal }),
      );
    });
    // Its last words may come after its end.
    const silence = new Promise<void>((resolve) => this.worker.once('disconnect', resolve));
    this.ended = Promise.all([exit, silence]).then(([how]) => how);
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
  /** Since it last said anything. */
  get silentMs(): number {
    return performance.now() - this.heardAt;
  }

  /** Resolves to whether it answers requests; false when it ended, or took too long and was ended. */
  async start(timeoutMs: number): Promise<boolean> {
    const answers = new Promise<boolean>((resolve) => (this.announced = () => resolve(true)));
    return await this.orKill(timeoutMs, async () => {
      this.up = await Promise.race([answers, this.ended.then(() => false)]);
      return this.up;
    });
  }

  /** Has it finish what it is at and go; one that takes longer is ended. */
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

  private hear(message: ToPrimary): void {
    this.heardAt = performance.now();
    if (message.say === 'alive') this.rss = message.rss;
    else if (message.say === 'up') this.announced();
    else if (message.say === 'scrape') this.listener.scrape(this);
    else {
      this.listener.metrics(this, message.exposition);
      this.shown();
    }
  }
}
