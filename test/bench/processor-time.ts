import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Processor time of the process and of its children, including ended ones, in milliseconds. */
export function treeMs(pid: number): number {
  const own = statOf(pid);
  if (own === null) return 0;
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat?.parent === pid);
  const ticks = own.own + own.ended + children.reduce((sum, child) => sum + (child?.own ?? 0), 0);
  return (ticks * 1_000) / TICKS_PER_SECOND;
}

/**
 * Processor time of the process without the hashing threads, which have a lower priority (thread-pool.ts), in
 * milliseconds.
 */
export const answeringMs = (pid: number): number => threadsMs(pid, (nice) => nice === 0);

/** Processor time of the hashing threads, in milliseconds. */
export const hashingMs = (pid: number): number => threadsMs(pid, (nice) => nice > 0);

function threadsMs(pid: number, which: (nice: number) => boolean): number {
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) => statOf(`${pid}/task/${thread}`));
  const ticks = threads.reduce((sum, stat) => sum + (stat !== null && which(stat.nice) ? stat.own : 0), 0);
  return (ticks * 1_000) / TICKS_PER_SECOND;
}

/**
 * Ticks from `/proc/PID/stat`: fields 14 to 17 and 19 of proc(5), counted after the name, which may contain anything.
 */
function statOf(of: number | string): { parent: number; own: number; ended: number; nice: number } | null {
  try {
    const text = readFileSync(`/proc/${of}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [user, system, endedUser, endedSystem] = fields.slice(11, 15) as [number, number, number, number];
    return {
      parent: fields[1] ?? 0,
      own: user + system,
      ended: endedUser + endedSystem,
      nice: fields[16] ?? 0,
    };
  } catch {
    return null;
  }
}

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
