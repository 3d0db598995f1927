import { writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

const STDOUT = 1;
/** Maximum size of lines that wait for stdout, in UTF-16 code units; further lines are dropped. */
const WAITING_MAX = 1_000_000;
/** Interval at which a stdout that accepts nothing is tried again, in milliseconds. */
const RETRY_MS = 200;

/**
 * Writes lines to stdout without ever waiting for it: the service must not stop because its pipe is not read or its
 * disk is full. pino's own destination would let a thread wait, and `exit` waits for threads; and it ends the process
 * on a full disk, or hangs at that.
 */
class Output implements DestinationStream {
  private readonly lines: string[] = [];
  private size = 0;
  private lost = 0;
  /** The bytes of a part that is not completely written. */
  private rest: Buffer = Buffer.alloc(0);
  private scheduled = false;

  constructor() {
    process.once('exit', () => this.flush());
  }

  write(line: string): void {
    if (this.size > WAITING_MAX) {
      this.lost += 1;
      return;
    }
    this.lines.push(line);
    this.size += line.length;
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => this.flush());
  }

  /** The lines of one turn of the event loop are written together. */
  private flush(): void {
    try {
      makeNonBlocking();
      while (this.rest.length > 0 || this.lines.length > 0) {
        if (this.rest.length === 0) this.rest = this.takeLines();
        this.rest = this.rest.subarray(writeSync(STDOUT, this.rest));
      }
      this.scheduled = false;
    } catch {
      setTimeout(() => this.flush(), RETRY_MS).unref();
    }
  }

  private takeLines(): Buffer {
    if (this.lost > 0) this.lines.push(lossOf(this.lost));
    const text = this.lines.splice(0).join('');
    [this.size, this.lost] = [0, 0];
    return Buffer.from(text);
  }
}

/** If stdout is a pipe. Starting a process that inherits it makes it blocking again, for this process too. */
function makeNonBlocking(): void {
  const { _handle: pipe } = process.stdout as { _handle?: { readonly setBlocking?: (on: boolean) => void } };
  pipe?.setBlocking?.(false);
}

function lossOf(lines: number): string {
  const time = new Date().toISOString();
  const message = `Dropped ${lines} log lines, because stdout accepted nothing`;
  return `${JSON.stringify({ level: 'warn', time, pid: process.pid, message })}\n`;
}

let output: Output | undefined;

/** One for all loggers of the process. */
export const standardOutput = (): DestinationStream => (output ??= new Output());
