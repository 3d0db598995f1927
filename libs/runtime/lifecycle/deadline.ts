/**
 * A dependency that is unavailable, frozen or at capacity; the caller may retry. A frozen dependency may still do what
 * was requested once it resumes; a retry then shows it.
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

  /** The code of the cause, such as an SQLSTATE. */
  get code(): string | undefined {
    return (this.cause as NodeJS.ErrnoException | undefined)?.code;
  }
}

/** If a timer fires this many milliseconds late, this process stalled, not the dependency. */
const STALLED_MS = 50;
/** Extra time for an answer after that, in milliseconds, and how often: the request itself may have been sent late. */
const GRACE_MS = 200;
const GRACES_MAX = 3;

/**
 * Calls `late` after `timeoutMs` unless it is cancelled. Only time in which this process ran counts: the event loop
 * gets to read once more before the time is up, and after a stall the answer gets some extra time.
 * @returns a function that cancels it
 */
export function onDeadline(timeoutMs: number, late: () => void): () => void {
  let timer: NodeJS.Timeout;
  let turn: NodeJS.Immediate | undefined;
  const wait = (ms: number, graces: number): void => {
    const due = performance.now() + ms;
    timer = setTimeout(() => {
      const stalled = performance.now() - due > STALLED_MS;
      const end = stalled && graces > 0 ? () => wait(Math.min(ms, GRACE_MS), graces - 1) : late;
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
 * Waits for the promise for at most `timeoutMs`; if it rejects later, that is ignored.
 * @throws the error of `late` when the time is up
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
