import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import type { SpawnedApp } from './apps';
import { Client } from './service';
import { until } from './until';

/** New connections per second. */
const RATE = 60;

/** Maximum wait for the same number of live processes, in milliseconds, on an idle machine. */
const RECOVERY_MS = 5_000;
/** Maximum start time of the api there. */
const IDLE_START_MS = 2_000;

/**
 * Time limit of replacements. A replacement includes a start, so the extra time of a start on this machine is added,
 * because tests run next to other work.
 * @param startedMs how long the start of the same processes has just taken
 */
export const recoveryWithinMs = (startedMs: number): number =>
  RECOVERY_MS + Math.max(0, startedMs - IDLE_START_MS);

/** The api processes under this primary, by their ids. */
export function processesOf({ child }: SpawnedApp): number[] {
  if (!child.running) throw new Error(`The primary has ended:\n${child.tail.join('\n')}`);
  const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
  return children.split(' ').filter(Boolean).map(Number);
}

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Waits until as many processes live as before, none of the dead ones remains, and one of them answers. */
export function replaced(
  api: SpawnedApp,
  count: number,
  gone: readonly number[],
  withinMs: number,
): Promise<unknown> {
  return until(
    `${count} processes live and none of them is one of ${gone.join()}`,
    async () => {
      const now = processesOf(api);
      const whole = now.length === count && !now.some((pid) => gone.includes(pid));
      // A kept-alive connection may belong to a dead process.
      return whole && (await new Client(api.url).get('/livez').catch(() => null))?.status === 200;
    },
    withinMs,
  );
}

export interface Connections {
  answered: number;
  refused: number;
}

/** Opens a connection for each request, at an even rate, until it is stopped. */
export function newConnections({ port }: SpawnedApp): { readonly stop: () => Promise<Connections> } {
  const counts: Connections = { answered: 0, refused: 0 };
  const pending = new Set<Promise<void>>();
  const ask = (): Promise<void> =>
    new Promise((resolve) => {
      const sent = request({ port, path: '/livez', agent: false }, (response) => {
        response.resume();
        response.on('end', () => resolve(void (counts.answered += 1)));
        response.on('error', () => resolve(void (counts.refused += 1)));
      });
      sent.on('error', () => resolve(void (counts.refused += 1)));
      sent.end();
    });
  const timer = setInterval(() => {
    const asked = ask().finally(() => pending.delete(asked));
    pending.add(asked);
  }, 1_000 / RATE);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(pending);
      return counts;
    },
  };
}
