import { readFileSync } from 'node:fs';

/** Files and connections that the process needs itself: pools, Redis, logs. */
const OWN_FILES = 100;

/**
 * How many of the wanted connections the limit of open files allows. Without this bound, a client that holds the last
 * descriptor would shut out everyone else, and the process could not reach its database.
 */
export function connectionsAllowed(wanted: number, limit = openFilesMax()): number {
  return Math.min(wanted, Math.max(limit - OWN_FILES, Math.floor(limit / 2)));
}

/** Infinity on systems other than Linux. */
function openFilesMax(): number {
  try {
    return Number(
      /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? Infinity,
    );
  } catch {
    return Infinity;
  }
}
