import { once } from 'node:events';

/** `… | head` closes the pipe before everything is written: that is no failure, and there is no one left to write for. */
export const Output = {
  closed: false,

  /** To be called once, before anything is written. */
  watch(): void {
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      Output.closed = true;
    });
  },

  /** Waits for a slow reader, so that memory does not grow with what it has not read. */
  async write(text: string): Promise<void> {
    if (Output.closed || process.stdout.write(text)) return;
    const end = new AbortController();
    const { signal } = end;
    try {
      // An error closes the stream; either event ends the wait.
      await Promise.race([
        once(process.stdout, 'drain', { signal }),
        once(process.stdout, 'close', { signal }),
      ]);
    } catch {
      // The error is the watcher's.
    } finally {
      end.abort();
    }
  },
};
