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

/**
 * Calls `late` after `timeoutMs`, unless cancelled before. An answer that has arrived while this process was busy
 * elsewhere is in time: it lies in the socket, so the event loop gets to read once more before the time is up.
 * @returns what cancels it
 */
export function onDeadline(timeoutMs: number, late: () => void): () => void {
  let turn: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => (turn = setImmediate(late)), timeoutMs);
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
