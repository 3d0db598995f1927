import { once } from 'node:events';

/** `… | head` closes the pipe before everything is written. That is not a failure; the rest is not needed. */
export const Output = {
  closed: false,

  /** Must be called once, before anything is written. */
  watch(): void {
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      Output.closed = true;
      if (error.code === 'EPIPE') return;
      process.stderr.write(`Cannot write the output: ${error.message}\n`);
      process.exit(1);
    });
    // A reader who has seen enough messages does not stop the work, such as an import.
    process.stderr.on('error', () => {});
  },

  /** Waits for a slow reader, so that unread output does not fill the memory. */
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
      // `watch` handles the error.
    } finally {
      end.abort();
    }
  },
};
