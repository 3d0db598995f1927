import type { Tally } from './tally';

/** What one process counted since its last batch. */
export interface Batch {
  /** Random, new at every start. */
  readonly processId: string;
  /** 1, 2, 3 … within the process; a batch that may or may not have arrived is sent again under its number. */
  readonly sequence: number;
  readonly tally: Tally;
}

/** Where the processes put their tallies together. */
export interface MetricsStore {
  /**
   * Adds the batch exactly once, however often it is sent, as long as a process sends its batches in order.
   * @throws {Unavailable} when it may not have arrived: send the same batch again
   */
  add(batch: Batch): Promise<void>;
  /** Everything that was added: counts overall, latencies of the last hour. @throws {Unavailable} */
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
