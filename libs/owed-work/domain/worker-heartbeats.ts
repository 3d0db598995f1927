import { randomUUID } from 'node:crypto';

/** Id of this process for its heartbeat and its leases. */
export const WORKER_ID = randomUUID();

/** Keeps track of live workers. All times are PostgreSQL's. */
export interface WorkerHeartbeats {
  /**
   * Reports that a worker is alive. @returns whether PostgreSQL's clock may have been set back since: its last beat is in
   * the future, or this is its first one @throws {Unavailable}
   */
  beat(workerId: string): Promise<boolean>;
  /**
   * Workers that have died. Empty if the caller itself was recently disconnected, because the database may have been
   * the cause. @throws {Unavailable}
   */
  lost(workerId: string): Promise<string[]>;
  /** Forgets a worker that has stopped gracefully or whose leases have been released. @throws {Unavailable} */
  forget(workerId: string): Promise<void>;
  /** Seconds since the last heartbeat of any worker; null if there was none within an hour. @throws {Unavailable} */
  secondsSinceLast(): Promise<number | null>;
}
export const WorkerHeartbeats = Symbol('WorkerHeartbeats');

/** A worker without a heartbeat for this many seconds counts as dead: three beats and some margin. */
export const WORKER_LOST_SECONDS = 10;
