import { readdirSync, stat } from 'node:fs';
import { availableParallelism, setPriority } from 'node:os';

/** Nice value of the hashing threads: they use leftover processor time, and responses need very little of it. */
const NICENESS = 5;

/**
 * Starts libuv's threads: one per core, for hashing, and two for files and DNS lookups. On Linux they have a lower
 * priority than the event loop, so that a flood of hashing does not delay other responses.
 * Must be called before anything else uses the pool, because libuv reads its size only then.
 */
export function startThreadPool(): void {
  process.env['UV_THREADPOOL_SIZE'] ??= String(availableParallelism() + 2);
  const before = new Set(threads());
  stat('/', () => {});
  for (const thread of threads().filter((id) => !before.has(id))) {
    // On systems other than Linux there are no threads to find, and nothing to do.
    setPriority(thread, NICENESS);
  }
}

function threads(): number[] {
  try {
    return readdirSync('/proc/self/task').map(Number);
  } catch {
    return [];
  }
}
