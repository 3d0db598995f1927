/**
 * A dependency that is unavailable, frozen or at capacity: the caller may try again. What was asked of a frozen one may
 * still be done when it wakes; asking again then tells.
 */
export class Unavailable extends Error {
  constructor(
    readonly dependency: 'database' | 'redis' | 'queue' | 'mail' | 'hashing',
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`${dependency} is unavailable: ${reason}`, options);
    this.name = 'Unavailable';
  }

  /** The code of what caused it, such as an SQLSTATE. */
  get code(): string | undefined {
    return (this.cause as NodeJS.ErrnoException | undefined)?.code;
  }
}

/** A timer that fires this many milliseconds too late says that this process, and not the dependency, stood still. */
const STOOD_STILL_MS = 50;
/** What is waited for an answer after that, in milliseconds, and how often: the question itself may have left late. */
const GRACE_MS = 200;
const GRACES_MAX = 3;

/**
 * Calls `late` after `timeoutMs`, unless cancelled before. Only time in which this process ran counts against the answer:
 * the event loop gets to read once more before the time is up, and after it stood still the answer gets a little longer.
 * @returns what cancels it
 */
export function onDeadline(timeoutMs: number, late: () => void): () => void {
  let timer: NodeJS.Timeout;
  let turn: NodeJS.Immediate | undefined;
  const wait = (ms: number, graces: number): void => {
    const due = performance.now() + ms;
    timer = setTimeout(() => {
      const stoodStill = performance.now() - due > STOOD_STILL_MS;
      const end = stoodStill && graces > 0 ? () => wait(Math.min(ms, GRACE_MS), graces - 1) : late;
      turn = setImmediate(end);
    }, ms);
  };
  wait(timeoutMs, GRACES_MAX);
  return () => {
    clearTimeout(timer);
    clearImmediate(turn);
  };
}

/**
 * Waits for the promise, but no longer than `timeoutMs`; a loser that rejects later is swallowed.
 * @throws what `late` makes, when the time is up
 */
export async function within<T>(promise: PromiseLike<T>, timeoutMs: number, late: () => Error): Promise<T> {
  let cancel = (): void => {};
  const deadline = new Promise<never>((_, reject) => {
    cancel = onDeadline(timeoutMs, () => reject(late()));
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    cancel();
  }
}
