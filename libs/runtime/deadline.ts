/**
 * A dependency that is away, frozen or at capacity: the caller may try again. What was asked of a frozen one may
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
}

/**
 * Waits for the promise, but no longer than `timeoutMs`; a loser that rejects later is swallowed.
 * @throws what `late` makes, when the time is up
 */
export async function within<T>(promise: PromiseLike<T>, timeoutMs: number, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), timeoutMs);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
