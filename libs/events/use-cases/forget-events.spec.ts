import type { ForgottenBatch } from '../domain/event-log';
import { ForgetEvents } from './forget-events';

/** A log with this many events to delete, some of them never delivered. */
function logOf(old: number, undelivered = 0) {
  let left = old;
  let owed = undelivered;
  return {
    left: () => left,
    forget(limit: number): Promise<ForgottenBatch> {
      const deleted = Math.min(limit, left);
      const lost = Math.min(deleted, owed);
      left -= deleted;
      owed -= lost;
      return Promise.resolve({ deleted, undelivered: lost });
    },
  };
}

describe('ForgetEvents', () => {
  it('deletes in batches until nothing is left, and returns the total', async () => {
    const log = logOf(25, 3);
    expect(await new ForgetEvents(log).forgetEvents({ batchSize: 10 })).toEqual({
      deleted: 25,
      undelivered: 3,
    });
    expect(log.left()).toBe(0);
  });

  it('ends after the current batch when asked to', async () => {
    const log = logOf(25);
    const stop = new AbortController();
    const forgetting = new ForgetEvents(log).forgetEvents({ batchSize: 10, signal: stop.signal });
    stop.abort();
    expect(await forgetting).toEqual({ deleted: 10, undelivered: 0 });
    expect(log.left()).toBe(15);
  });
});
