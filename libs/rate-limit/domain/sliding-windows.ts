import { createHmac } from 'node:crypto';

/** A request to one limit. */
export interface Charge {
  /** Name of the limit, for headers and metrics. */
  readonly limit: string;
  /** Key of the budget, a digest of `digestKey` that contains no address. Each key occurs at most once per call. */
  readonly key: string;
  /** Requests allowed in any window of this length. */
  readonly max: number;
  readonly windowMs: number;
  /** The `spendId` of an earlier charge that this one reverts; otherwise, it counts the request if it is allowed. */
  readonly refunds?: string;
}

/** The state of one limit after the charges were settled. */
export interface Verdict {
  readonly limit: string;
  readonly max: number;
  readonly windowSeconds: number;
  readonly allowed: boolean;
  readonly remaining: number;
  /** Unix time in seconds at which the oldest counted request leaves the window; now if none is counted. */
  readonly resetAt: number;
  /** Whole seconds until then; never more than the window. */
  readonly resetSeconds: number;
  /** Identifies the counted request for a refund; null if nothing was counted. */
  readonly spendId: string | null;
}

/** Exact sliding windows: in any window of its length, a limit allows at most `max` requests. */
export interface SlidingWindows {
  /**
   * Settles all charges atomically: if one spend is refused, none is counted. Refunds apply whatever happens to the
   * spends. Resolves to one verdict per charge, in the same order.
   * @throws {Unavailable} if the store is unavailable
   */
  settle(charges: readonly Charge[]): Promise<Verdict[]>;
}

/** A store's result for one key; times are microseconds since 1970 by the store's own clock. */
export interface WindowState {
  readonly allowed: boolean;
  readonly counted: number;
  readonly oldestMicros: number | null;
  readonly spendId: string | null;
}

/** Converts a store's result to a verdict. All stores use it, so that they agree to the second. */
export function toVerdict(charge: Charge, state: WindowState, nowMicros: number): Verdict {
  const leaves = state.oldestMicros === null ? nowMicros : state.oldestMicros + charge.windowMs * 1_000;
  return {
    limit: charge.limit,
    max: charge.max,
    windowSeconds: charge.windowMs / 1_000,
    allowed: state.allowed,
    remaining: Math.max(0, charge.max - state.counted),
    resetAt: Math.ceil(leaves / 1_000_000),
    resetSeconds: Math.max(Math.ceil((leaves - nowMicros) / 1_000_000), state.allowed ? 0 : 1),
    spendId: state.spendId,
  };
}

/** 128 bits: collisions are practically impossible, and a key stays small. */
const DIGEST_BYTES = 16;

/**
 * Turns what a limit counts by (an address, a client) into a key that does not reveal it. Without the secret, no one
 * can even check whether a certain address is among the keys.
 */
export function digestKey(secret: string, limit: string, ...parts: readonly string[]): string {
  const mac = createHmac('sha256', secret).update('rate-limit');
  for (const part of [limit, ...parts]) mac.update(`\0${part}`);
  return mac.digest().subarray(0, DIGEST_BYTES).toString('base64url');
}
