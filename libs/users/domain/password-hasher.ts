import type { Unavailable } from '@app/runtime';

/** Who asks, as far as fairness needs to know. */
export interface Requester {
  /** Digest of the client's address: one client has at most a quarter of the line. */
  readonly client?: string | undefined;
  /** Ends the wait of a client that has left. */
  readonly gone?: AbortSignal | undefined;
}

export interface Comparison extends Requester {
  /** What is asked of different addresses is never shared, so that the time of many answers tells nothing. */
  readonly address: string;
  readonly password: string;
  /** Null when the address has no account: the same work is done as for a real hash. */
  readonly hash: string | null;
}

/** Hashes passwords off the event loop, few at a time, with a bounded line in front. */
export interface PasswordHasher {
  /** @throws {Unavailable} when the line is full */
  hash(password: string, requester?: Requester): Promise<string>;
  /** A password that was right a moment ago is known without work. @throws {Unavailable} */
  matches(comparison: Comparison): Promise<boolean>;
  /**
   * The same, with all the work: what is remembered is not asked. Concurrent identical comparisons share one run.
   * @throws {Unavailable}
   */
  compare(comparison: Comparison): Promise<boolean>;
  /** Remembers for a while, in this process, that the password is right for this hash. */
  remember(password: string, hash: string): void;
  /** Whether the hash was made with less work than is asked for now. */
  isOutdated(hash: string): boolean;
  /** The work for an address without an account follows the highest cost among the hashes in use. */
  followCost(cost: number): void;
  /**
   * What a job of this client would be refused with now, if it would be: synchronous and cheap, to turn requests away
   * early, and counted among those turned away.
   */
  refusal(client?: string): Unavailable | undefined;
  readonly load: HashingLoad;
  /** Has the listener called with each job's time in the line, in seconds. */
  onWaited(listener: (seconds: number) => void): void;
}

export interface HashingLoad {
  readonly waiting: number;
  readonly running: number;
  /** Jobs turned away since the start. */
  readonly rejected: number;
}
export const PasswordHasher = Symbol('PasswordHasher');
