import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import { dyingWithUs } from './wrap';

/** Lines kept of each child, to show what it said last when it dies. */
const TAIL_LINES = 20;

/** A program of ours that runs beside us: it dies with us, and the terminal's Ctrl-C does not reach it. */
export class Child {
  readonly tail: string[] = [];
  private readonly process: ChildProcess;
  private readonly ended: Promise<number>;

  constructor(
    readonly name: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv,
    onLine: (line: string) => void = () => {},
  ) {
    const wrapped = dyingWithUs(process.execPath, args, 'TERM');
    this.process = spawn(wrapped.command, wrapped.args, {
      env,
      // A process group of its own: we decide in which order things stop.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.ended = once(this.process as EventEmitter, 'close').then(([code]) => Number(code ?? 1));
    for (const stream of [this.process.stdout, this.process.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.tail.push(line);
        if (this.tail.length > TAIL_LINES) this.tail.shift();
        onLine(line);
      });
    }
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  get running(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** Resolves to the exit status. */
  exit(): Promise<number> {
    return this.ended;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.running) this.process.kill(signal);
  }

  /** Asks it to end, and ends it when it takes longer than `timeoutMs`. */
  async stop(timeoutMs: number): Promise<void> {
    this.signal('SIGTERM');
    const deadline = setTimeout(() => this.signal('SIGKILL'), timeoutMs);
    await this.ended;
    clearTimeout(deadline);
  }
}
