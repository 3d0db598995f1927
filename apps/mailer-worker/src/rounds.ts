/** Repeats a task. Rounds never overlap, and stopping waits for the last one. */
export class Rounds {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    /** Must not reject. */
    private readonly run: () => Promise<void>,
    /** Time from the end of a round to the next, in milliseconds. */
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
