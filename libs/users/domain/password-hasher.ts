import type { Unavailable } from '@app/runtime';

/** The caller, as far as fairness requires. */
export interface Requester {
  /** Digest of the client's address: one client gets at most a quarter of the queue. */
  readonly client?: string | undefined;
  /** Cancels the wait of a client that has disconnected. */
  readonly gone?: AbortSignal | undefined;
}

export interface Comparison extends Requester {
  /** Requests for different addresses never share a comparison, so that timing over many responses reveals nothing. */
  readonly address: string;
  readonly password: string;
  /** Null if the address has no account: the same work is done as for a real hash. */
  readonly hash: string | null;
  /** Does all the work even for a recently right password, so that a fast answer reveals nothing. */
  readonly inFull?: boolean;
}

/** Hashes passwords off the event loop, a few at a time, with a bounded queue. */
export interface PasswordHasher {
  /** @throws {Unavailable} if the queue is full */
  hash(password: string, requester?: Requester): Promise<string>;
  /**
   * A recently right password is recognized without work. Concurrent identical comparisons share one run.
   * @throws {Unavailable}
   */
  matches(comparison: Comparison): Promise<boolean>;
  /** Remembers for a while, in this process, that the password matches this hash. */
  remember(password: string, hash: string): void;
  /** Whether the hash has a lower cost than currently configured. */
  isOutdated(hash: string): boolean;
  /** The work for an address without an account follows the highest cost among the hashes in use. */
  followCost(cost: number): void;
  /**
   * The error that a job of this client would get now, if any. Synchronous and cheap, to shed requests early; counted
   * as a refusal.
   */
  refusal(client?: string): Unavailable | undefined;
  readonly load: HashingLoad;
  /** Registers a listener that is called with each job's time in the queue, in seconds. */
  onWaited(listener: (seconds: number) => void): void;
}

export interface HashingLoad {
  readonly waiting: number;
  readonly running: number;
  /** Jobs refused since the start. */
  readonly rejected: number;
}
export const PasswordHasher = Symbol('PasswordHasher');
