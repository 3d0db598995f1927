import { readFileSync } from 'node:fs';
import { HEARTBEAT_MS } from './messages';

/** A process that is stopped (SIGSTOP) for this long, in milliseconds, counts as hanging. */
const STOPPED_MAX_MS = 1_000;
/** So does one that is silent although its event loop is idle. */
const STILL_MAX_MS = 5_000;
/** And one that is silent while it is busy. */
const SILENT_MAX_MS = 30_000;

/** The main thread of a process, as Linux reports it. */
interface MainThread {
  /** R: running, S: sleeping, D: waiting for a disk, T: stopped. */
  readonly state: string;
  /** Processor time used so far. */
  readonly ticks: number;
}

/**
 * Decides whether a process hangs. Silence alone does not distinguish a stuck process from one that is busy or gets no
 * processor time; the state of its main thread does. Time is counted in checks, so that a primary that was itself
 * stopped does not blame its processes. Without /proc, silence alone decides.
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

  /** The process has sent a heartbeat. */
  heard(): void {
    this.silentMs = 0;
    this.stillMs = 0;
  }

  /**
   * To be called every `HEARTBEAT_MS`.
   * @param up whether the process has answered requests; startup has its own time limit
   * @returns the reason to kill the process, if there is one
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
    // The fields after the name, which can contain anything, start with the state; user and system time follow 11
    // fields later.
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
