import type { RollingTally } from './rolling-tally';
import type { Tally } from './tally';

/** Where the processes show what they have counted. */
export interface MetricsStore {
  /** Replaces what this process showed before, so that it may be repeated. @throws {Unavailable} when it may not have arrived */
  publish(own: RollingTally): Promise<void>;
  /** What all processes have shown: counts overall, latencies of the last hour. @throws {Unavailable} */
  read(): Promise<Tally>;
}
export const MetricsStore = Symbol('MetricsStore');

/** How long latencies are kept: at least 12, at most 13 five-minute buckets. */
export interface LatencyWindow {
  readonly bucketSeconds: number;
  /** One more than it takes to fill the window: the newest is only partly full. */
  readonly buckets: number;
}
export const ROLLING_HOUR: LatencyWindow = { bucketSeconds: 300, buckets: 13 };
