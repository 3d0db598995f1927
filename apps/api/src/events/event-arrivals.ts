import { Inject, Injectable } from '@nestjs/common';
import { EVENTS_CHANNEL } from '@app/events';
import { Lifecycle, Logger, Sql, Unavailable } from '@app/runtime';

/** Maximum number of readers that wait in one process; each of them holds a connection. */
const WAITING_MAX = 200;
/** Maximum time between two checks, in milliseconds: behind a pooler in transaction mode, NOTIFY does not arrive. */
const CHECK_INTERVAL_MS = 2_000;

/** Lets readers of the event feed wait until PostgreSQL notifies about new events. */
@Injectable()
export class EventArrivals {
  private readonly waiting = new Set<() => void>();
  private listening: Promise<unknown> | undefined;

  constructor(
    @Inject(Sql) private readonly sql: Sql,
    @Inject(Lifecycle) private readonly lifecycle: Lifecycle,
    @Inject(Logger) private readonly logger: Logger,
  ) {
    lifecycle.drainSignal.addEventListener('abort', () => this.wake());
  }

  /**
   * Calls `read` immediately and after each arrival, until it finds something, the time is up, the reader disconnects
   * or the process shuts down. Resolves to the last result.
   * @throws {Unavailable} if too many readers are waiting
   */
  async awaitArrival<T>(
    read: () => Promise<T>,
    isFound: (found: T) => boolean,
    waitSeconds: number,
    gone: AbortSignal,
  ): Promise<T> {
    const deadline = performance.now() + waitSeconds * 1_000;
    for (;;) {
      // Subscribes before the check, so that an arrival during the check is not missed.
      const arrival = waitSeconds > 0 ? this.nextArrival() : undefined;
      try {
        const found = await read();
        const leftMs = deadline - performance.now();
        if (arrival === undefined || isFound(found) || leftMs <= 0 || this.isOver(gone)) return found;
        await arrival.within(Math.min(leftMs, CHECK_INTERVAL_MS), gone);
        if (this.isOver(gone)) return found;
      } finally {
        arrival?.forget();
      }
    }
  }

  private isOver(gone: AbortSignal): boolean {
    return gone.aborted || this.lifecycle.draining;
  }

  private nextArrival(): Arrival {
    if (this.waiting.size >= WAITING_MAX)
      throw new Unavailable('database', 'too many readers are waiting for events');
    this.listen();
    return new Arrival(this.waiting);
  }

  private wake(): void {
    for (const arrive of this.waiting) arrive();
  }

  /** Starts with the first waiting reader. postgres.js listens again by itself after a lost connection. */
  private listen(): void {
    const wake = (): void => this.wake();
    this.listening ??= this.sql.listen(EVENTS_CHANNEL, wake, wake).catch((error: unknown) => {
      this.listening = undefined;
      this.logger.debug({ error }, 'Cannot listen for new events; checking every two seconds');
    });
  }
}

/** The next arrival, for one reader. */
class Arrival {
  private arrive = (): void => {};
  private readonly arrived = new Promise<void>((resolve) => (this.arrive = resolve));

  constructor(private readonly waiting: Set<() => void>) {
    waiting.add(this.arrive);
  }

  /** Resolves on the arrival, after `timeoutMs`, or when the reader disconnects. */
  async within(timeoutMs: number, gone: AbortSignal): Promise<void> {
    const timer = setTimeout(this.arrive, timeoutMs);
    gone.addEventListener('abort', this.arrive);
    await this.arrived;
    gone.removeEventListener('abort', this.arrive);
    clearTimeout(timer);
  }

  forget(): void {
    this.waiting.delete(this.arrive);
  }
}
