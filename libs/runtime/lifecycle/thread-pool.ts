import { readdirSync, stat } from 'node:fs';
import { availableParallelism, setPriority } from 'node:os';

/** Nice value of the threads that hash: they take what is left, and answering takes next to nothing from them. */
const NICENESS = 5;

/**
 * Starts libuv's threads: one for each core, which hashing may take, and two for files and look-ups. On Linux they
 * stand behind the event loop where both want a core, so that a flood of hashing does not delay other answers.
 * To be called before anything else uses the pool; libuv reads its size then, once.
 */
export function startThreadPool(): void {
  process.env['UV_THREADPOOL_SIZE'] ??= String(availableParallelism() + 2);
  const before = new Set(threads());
  stat('/', () => {});
  for (const thread of threads().filter((id) => !before.has(id))) {
    // Elsewhere than on Linux there are no threads to be found, and then there is nothing to be done.
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
