import { Inject, Injectable } from '@nestjs/common';
import { EVENTS_CHANNEL } from '@app/events';
import { Lifecycle, Logger, Sql, Unavailable } from '@app/runtime';

/** Readers that wait at the same time in one process; each holds a connection, and no more than that. */
const WAITING_MAX = 200;
/** Longest time without a look, in milliseconds: behind a pooler in transaction mode nothing is heard of NOTIFY. */
const LOOK_MS = 2_000;

/** Lets readers of the feed wait until PostgreSQL notifies that events were placed. */
@Injectable()
export class EventArrivals {
  private readonly waiting = new Set<() => void>();
  private listening: Promise<unknown> | undefined;

  constructor(
    @Inject(Sql) private readonly sql: Sql,
    @Inject(Lifecycle) private readonly lifecycle: Lifecycle,
    @Inject(Logger) private readonly logger: Logger,
  ) {
    lifecycle.departure.addEventListener('abort', () => this.wake());
  }

  /**
   * Asks `look` now, and again after each arrival, until it finds something; the time is up, the reader is gone or
   * the process is leaving. Resolves to what it found last.
   * @throws {Unavailable} when too many wait already
   */
  async awaitArrival<T>(
    look: () => Promise<T>,
    isFound: (found: T) => boolean,
    waitSeconds: number,
    gone: AbortSignal,
  ): Promise<T> {
    const deadline = performance.now() + waitSeconds * 1_000;
    for (;;) {
      // Before the look, so that what arrives during it is not missed.
      const arrival = waitSeconds > 0 ? this.nextArrival() : undefined;
      try {
        const found = await look();
        const leftMs = deadline - performance.now();
        if (arrival === undefined || isFound(found) || leftMs <= 0 || this.isOver(gone)) return found;
        await arrival.within(Math.min(leftMs, LOOK_MS), gone);
        if (this.isOver(gone)) return found;
      } finally {
        arrival?.forget();
      }
    }
  }

  private isOver(gone: AbortSignal): boolean {
    return gone.aborted || this.lifecycle.leaving;
  }

  private nextArrival(): Arrival {
    if (this.waiting.size >= WAITING_MAX)
      throw new Unavailable('database', 'too many readers wait for events');
    this.listen();
    return new Arrival(this.waiting);
  }

  private wake(): void {
    for (const arrive of this.waiting) arrive();
  }

  /** From the first reader that waits. postgres.js listens again by itself when the connection was lost. */
  private listen(): void {
    const wake = (): void => this.wake();
    this.listening ??= this.sql.listen(EVENTS_CHANNEL, wake, wake).catch((error: unknown) => {
      this.listening = undefined;
      this.logger.debug({ error }, 'Arrivals of events are not heard; looking every two seconds');
    });
  }
}

/** The next arrival, for one reader. */
class Arrival {
  private arrived = false;
  private settle = (): void => {};
  private readonly arrive = (): void => {
    this.arrived = true;
    this.settle();
  };

  constructor(private readonly waiting: Set<() => void>) {
    waiting.add(this.arrive);
  }

  /** Resolves when there is one, at the latest after `timeoutMs` or when the reader is gone. */
  async within(timeoutMs: number, gone: AbortSignal): Promise<void> {
    if (this.arrived || gone.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.settle = () => {
        clearTimeout(timer);
        resolve();
      };
      gone.addEventListener('abort', this.arrive, { once: true });
    });
    gone.removeEventListener('abort', this.arrive);
  }

  forget(): void {
    this.waiting.delete(this.arrive);
  }
}
