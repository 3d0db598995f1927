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

  /** Waits until a slow reader has taken the text, so that unread output does not fill the memory. */
  async write(text: string): Promise<void> {
    if (Output.closed) return;
    // An error, which `watch` handles, ends the wait too.
    await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
  },
};
