/** Lets a long command end in order on SIGINT or SIGTERM. A second signal ends it immediately, as without us. */
export class StopRequest {
  private readonly controller = new AbortController();
  private readonly onSignal = (): void => {
    this.release();
    process.stderr.write('\nEnding after the current batch. Press Ctrl-C again to end immediately.\n');
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
