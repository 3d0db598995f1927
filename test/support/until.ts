import { setTimeout as pause } from 'node:timers/promises';

/**
 * Intervals between two checks, in milliseconds. Most facts come quickly; while a longer one is awaited, the checks,
 * often requests, would take the processor from the programs under test.
 */
const POLL_MIN_MS = 25;
const POLL_MAX_MS = 100;
/** Share of the time waited so far. */
const POLL_SHARE = 1 / 8;

/**
 * Waits until the condition is true, and resolves to its result. @throws {Error} with the name of the condition, if it
 * is not true within `timeoutMs`
 * @param pollMs a constant interval instead
 */
export async function until<T>(
  what: string,
  fact: () => T | undefined | null | false | Promise<T | undefined | null | false>,
  timeoutMs = 10_000,
  pollMs?: number,
): Promise<T> {
  const began = Date.now();
  for (;;) {
    const found = await fact();
    if (found !== undefined && found !== null && found !== false) return found;
    const waited = Date.now() - began;
    if (waited > timeoutMs) throw new Error(`Not within ${timeoutMs} ms: ${what}`);
    await pause(pollMs ?? Math.min(Math.max(waited * POLL_SHARE, POLL_MIN_MS), POLL_MAX_MS));
  }
}
