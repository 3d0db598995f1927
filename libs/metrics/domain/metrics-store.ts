import type { RollingTally, Tally } from './tally';

/** Where the processes show what they have counted. */
export interface MetricsStore {
  /** Replaces what this process showed before, so that it may be repeated. @throws {Unavailable} when it may not have arrived */
  publish(own: RollingTally): Promise<void>;
  /** What all processes have shown: counts overall, latencies of the last hour. @throws {Unavailable} */
  read(): Promise<Tally>;
}
export const MetricsStore = Symbol('MetricsStore');
