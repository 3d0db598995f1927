import { randomUUID } from 'node:crypto';

/** Names this process's heartbeat and everything that it leases. */
export const WORKER_ID = randomUUID();

/** Which workers are alive. All times are PostgreSQL's. */
export interface WorkerHeartbeats {
  /** Says that a worker is alive. @throws {Unavailable} */
  beat(workerId: string): Promise<void>;
  /**
   * Workers that stopped without a word. Empty while the one who asks was itself cut off a moment ago, because
   * it may be the database that was silent. @throws {Unavailable}
   */
  lost(workerId: string): Promise<string[]>;
  /** Forgets a worker: it has stopped in order, or what it leased is released. @throws {Unavailable} */
  forget(workerId: string): Promise<void>;
  /** Seconds since a worker was last seen; null where none was within an hour. @throws {Unavailable} */
  secondsSinceLast(): Promise<number | null>;
}
export const WorkerHeartbeats = Symbol('WorkerHeartbeats');

/** A worker that was not seen for this many seconds is taken for dead: three beats and a little. */
export const WORKER_LOST_SECONDS = 10;
