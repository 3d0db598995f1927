/** Does something over and over; rounds never overlap, and the last one is waited for. */
export class Rounds {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    /** Must not reject. */
    private readonly run: () => Promise<void>,
    /** From the end of a round to the next. */
    private readonly intervalMs: number,
  ) {}

  start(delayMs = 0): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.round = this.run().finally(() => this.start(this.intervalMs));
    }, delayMs);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.round;
  }
}
