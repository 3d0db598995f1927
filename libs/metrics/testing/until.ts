import { setTimeout as delay } from 'node:timers/promises';

/** Waits for a fact, asking every few milliseconds; rejects, with its name, when it does not come true. */
export async function until(name: string, fact: () => Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await fact())) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${name}`);
    await delay(20);
  }
}
