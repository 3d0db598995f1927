/** Lets a long command stop gracefully on SIGINT or SIGTERM. A second signal ends it immediately. */
export class StopRequest {
  private readonly controller = new AbortController();
  private readonly onSignal = (): void => {
    this.release();
    process.stderr.write('\nStopping after the current batch. Press Ctrl-C again to stop immediately.\n');
    this.controller.abort();
  };

  constructor() {
    process.on('SIGINT', this.onSignal);
    process.on('SIGTERM', this.onSignal);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  release(): void {
    process.off('SIGINT', this.onSignal);
    process.off('SIGTERM', this.onSignal);
  }
}
