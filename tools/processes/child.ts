import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { watchdog, type LastSignal } from './watchdog';

/** Number of kept lines of each child, to show its last output when it dies. */
const TAIL_LINES = 20;

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** The user that it runs as, if different from ours. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** The signal it gets if we die first. */
  readonly lastSignal?: LastSignal;
  readonly onLine?: (line: string) => void;
}

/** A program that runs next to ours: it ends with ours, and the terminal's Ctrl-C does not reach it. */
export class Child {
  readonly tail: string[] = [];
  private readonly process: ChildProcess;
  private readonly ended: Promise<number>;
  private fault: Error | undefined;

  constructor(
    readonly name: string,
    { command, args, env = process.env, cwd, user, lastSignal = 'TERM', onLine }: ChildOptions,
  ) {
    this.process = spawn(command, [...args], {
      env,
      // A process group of its own, because we decide the order in which things stop.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd === undefined ? {} : { cwd }),
      ...user,
    });
    const { pid } = this.process;
    const stopWatchdog = pid === undefined ? () => {} : watchdog(pid, lastSignal);
    this.process.once('exit', () => {
      stopWatchdog();
      // Processes that it started have no reason to stay, and would keep its output open.
      this.killGroup();
    });
    // A missing program ends before it starts: it exits like any other failed program.
    this.process.once('error', (error) => {
      this.fault = error;
      this.hear(error.message, onLine);
    });
    this.ended = once(this.process, 'close').then(
      ([code]) => Number(code ?? 1),
      () => 127,
    );
    for (const stream of [this.process.stdout, this.process.stderr]) {
      if (stream !== null) {
        createInterface({ input: stream }).on('line', (line) => this.hear(line, onLine));
      }
    }
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  get running(): boolean {
    return this.fault === undefined && this.process.exitCode === null && this.process.signalCode === null;
  }

  /** Resolves to the exit status: 1 for a signal, 127 for a missing program. */
  exit(): Promise<number> {
    return this.ended;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.running) this.process.kill(signal);
  }

  /** Kills it and everything it started, now. */
  kill(): void {
    if (this.running) this.killGroup();
  }

  /** Asks it to end, and kills it if it takes longer than `timeoutMs`. Resolves to the exit status. */
  async stop(timeoutMs: number, signal: NodeJS.Signals = 'SIGTERM'): Promise<number> {
    this.signal(signal);
    const deadline = setTimeout(() => this.kill(), timeoutMs);
    try {
      return await this.ended;
    } finally {
      clearTimeout(deadline);
    }
  }

  private hear(line: string, onLine?: (line: string) => void): void {
    this.tail.push(line);
    if (this.tail.length > TAIL_LINES) this.tail.shift();
    onLine?.(line);
  }

  private killGroup(): void {
    if (this.pid === undefined) return;
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // The group has no process left.
    }
  }
}
