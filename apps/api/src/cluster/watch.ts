import { readFileSync } from 'node:fs';
import { HEARTBEAT_MS } from './messages';

/** A process that is stopped (SIGSTOP) for so long is given up, in milliseconds. */
const STOPPED_MAX_MS = 1_000;
/** So is one that says nothing although its event loop has nothing to do. */
const STILL_MAX_MS = 5_000;
/** And one that is busy, and says nothing. */
const SILENT_MAX_MS = 30_000;

/** The main thread of a process, as Linux tells of it. */
interface MainThread {
  /** R runs, S sleeps, D waits for a disk, T is stopped. */
  readonly state: string;
  /** Processor time used so far. */
  readonly ticks: number;
}

/**
 * Judges whether a process hangs. Silence alone does not tell a process that is stuck from one that is busy or that
 * gets no processor; its main thread does. Time is counted in looks, so that a primary that was itself stopped does
 * not blame its processes. Where there is no /proc, silence alone decides.
 */
export class Watch {
  private silentMs = 0;
  private stillMs = 0;
  private stoppedMs = 0;
  private ticks = -1;

  constructor(
    private readonly pid: number | undefined,
    private readonly look: (pid: number) => MainThread | undefined = mainThreadOf,
  ) {}

  /** The process has said something. */
  heard(): void {
    this.silentMs = 0;
    this.stillMs = 0;
  }

  /**
   * To be called every `HEARTBEAT_MS`.
   * @param up it has answered requests; a process that starts has its own time limit
   * @returns why the process is to be ended, if it is
   */
  verdict(up: boolean): 'stopped' | 'hangs' | undefined {
    const thread = this.pid === undefined ? undefined : this.look(this.pid);
    this.stoppedMs = thread?.state === 'T' ? this.stoppedMs + HEARTBEAT_MS : 0;
    this.silentMs = up ? this.silentMs + HEARTBEAT_MS : 0;
    const still = up && thread?.state === 'S' && thread.ticks === this.ticks;
    this.stillMs = still ? this.stillMs + HEARTBEAT_MS : 0;
    this.ticks = thread?.ticks ?? -1;
    if (this.stoppedMs >= STOPPED_MAX_MS) return 'stopped';
    return this.stillMs >= STILL_MAX_MS || this.silentMs >= SILENT_MAX_MS ? 'hangs' : undefined;
  }
}

function mainThreadOf(pid: number): MainThread | undefined {
  try {
    // What follows the name, which may hold anything, begins with the state; user and system time are 11 further on.
    const [state = '', ...rest] = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8')
      .split(') ')
      .slice(-1)
      .join('')
      .split(' ');
    return { state, ticks: Number(rest[10]) + Number(rest[11]) };
  } catch {
    return undefined;
  }
}
