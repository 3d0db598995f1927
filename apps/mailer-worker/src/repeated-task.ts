import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Logger } from '@app/runtime';

/**
 * A task that a worker repeats while it runs. Rounds never overlap, and shutdown waits for the last one. Of consecutive
 * failures, only the first one is logged.
 */
export abstract class RepeatedTask implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();
  private failing = false;

  /**
   * @param name of the task in log lines
   * @param intervalMs time from the end of a round to the next
   */
  protected constructor(
    private readonly name: string,
    private readonly intervalMs: number,
    protected readonly logger: Logger,
  ) {}

  /** @param stop aborted at shutdown, so that a long round ends early */
  protected abstract run(stop: AbortSignal): Promise<void>;

  onApplicationBootstrap(): void {
    this.runIn(0);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    clearTimeout(this.timer);
    await this.round;
  }

  protected runIn(delayMs: number): void {
    if (this.stopping.signal.aborted) return;
    this.timer = setTimeout(() => {
      this.round = this.runOnce().finally(() => this.runIn(this.intervalMs));
    }, delayMs);
  }

  private async runOnce(): Promise<void> {
    try {
      await this.run(this.stopping.signal);
      if (this.failing) this.logger.info(`${this.name} has recovered`);
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.logger.warn({ error }, `${this.name} failed; retrying`);
      this.failing = true;
    }
  }
}
