import { setTimeout as delay } from 'node:timers/promises';

/** Polls every few milliseconds until a condition is true; rejects with its name if it does not become true in time. */
export async function until(name: string, fact: () => Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await fact())) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${name}`);
    await delay(20);
  }
}
