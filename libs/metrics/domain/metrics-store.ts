import type { RollingTally, Tally } from './tally';

/** Where processes publish their counts. */
export interface MetricsStore {
  /**
   * Replaces the previous counts of this process, so it can be repeated. @throws {Unavailable} if it may not have
   * arrived
   */
  publish(own: RollingTally): Promise<void>;
  /**
   * Everything published by all processes: counts since the beginning, latencies of the last hour. @throws
   * {Unavailable}
   */
  read(): Promise<Tally>;
}
export const MetricsStore = Symbol('MetricsStore');
