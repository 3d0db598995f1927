import { createLogger, Lifecycle, Unavailable, type Sql } from '@app/runtime';
import { EventArrivals } from './event-arrivals';

/** The callback of PostgreSQL's LISTEN for newly placed events. */
class Notifications {
  arrive: () => void = () => {};
  heard = true;
  readonly listen = (_channel: string, onNotify: () => void): Promise<unknown> => {
    if (!this.heard) return Promise.reject(new Error('the connection was lost'));
    this.arrive = onNotify;
    return Promise.resolve({});
  };
}

const turn = (): Promise<void> => new Promise(setImmediate);

describe('EventArrivals', () => {
  let notifications: Notifications;
  let lifecycle: Lifecycle;
  let arrivals: EventArrivals;
  let found: string[];
  let reads: number;

  beforeEach(() => {
    notifications = new Notifications();
    lifecycle = new Lifecycle();
    const logger = createLogger({ level: 'silent', app: 'test' });
    arrivals = new EventArrivals(notifications as unknown as Sql, lifecycle, logger);
    found = [];
    reads = 0;
  });

  const wait = (
    seconds: number,
    read?: () => Promise<string[]>,
    gone = new AbortController(),
  ): Promise<string[]> => {
    const count = (): Promise<string[]> => {
      reads += 1;
      return Promise.resolve(found);
    };
    return arrivals.awaitArrival(read ?? count, (events) => events.length > 0, seconds, gone.signal);
  };

  it('reads once, and does not listen, for a reader that does not wait', async () => {
    notifications.heard = false;
    expect(await wait(0)).toEqual([]);
    expect(reads).toBe(1);
  });

  it('answers immediately if there are events', async () => {
    found = ['event'];
    expect(await wait(60)).toEqual(['event']);
  });

  it('reads again when an event arrives, and continues to wait if it was for another reader', async () => {
    const waiting = wait(60);
    await turn();
    notifications.arrive();
    await turn();
    expect(reads).toBe(2);
    found = ['event'];
    notifications.arrive();
    expect(await waiting).toEqual(['event']);
  });

  it('misses nothing that arrives while it reads', async () => {
    const slow = async (): Promise<string[]> => {
      reads += 1;
      const seen = [...found];
      if (reads === 1) {
        found = ['event'];
        notifications.arrive();
      }
      await turn();
      return seen;
    };
    expect(await wait(60, slow)).toEqual(['event']);
    expect(reads).toBe(2);
  });

  it('reads every two seconds without a notification, and returns nothing when the time is up', async () => {
    notifications.heard = false;
    const started = performance.now();
    expect(await wait(3)).toEqual([]);
    // A timer may fire slightly early; then it reads once more.
    expect([3, 4]).toContain(reads);
    expect(performance.now() - started).toBeGreaterThanOrEqual(2_990);
  });

  it('releases a reader that has disconnected, and all of them at shutdown', async () => {
    const gone = new AbortController();
    const left = wait(60, undefined, gone);
    await turn();
    gone.abort();
    expect(await left).toEqual([]);
    const waiting = [wait(60), wait(60)];
    await turn();
    lifecycle.drain();
    expect(await Promise.all(waiting)).toEqual([[], []]);
  });

  it('refuses the 201st waiting reader, and accepts it once another has its answer', async () => {
    const waiting = Array.from({ length: 200 }, () => wait(60));
    await turn();
    await expect(wait(60)).rejects.toThrow(Unavailable);
    expect(await wait(0)).toEqual([]);
    found = ['event'];
    notifications.arrive();
    await Promise.all(waiting);
    expect(await wait(60)).toEqual(['event']);
  });

  it('forgets a reader whose read fails', async () => {
    const failing = () => Promise.reject(new Unavailable('database', 'no answer'));
    for (let n = 0; n < 300; n += 1) await expect(wait(60, failing)).rejects.toThrow(Unavailable);
  });
});
