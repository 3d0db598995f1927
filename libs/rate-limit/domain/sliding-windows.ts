import { createHmac } from 'node:crypto';

/** What is asked of one limit. */
export interface Charge {
  /** Name of the limit, for headers and metrics. */
  readonly limit: string;
  /** Whose budget it is. Digested by `digestKey`: it never holds an address. No key appears in two charges of one call. */
  readonly key: string;
  /** Requests that pass in any window of this length. */
  readonly max: number;
  readonly windowMs: number;
  /**
   * spend: counts the request, if it passes. peek: looks, counts nothing, refuses nothing. refund: reverts an
   * earlier spend.
   */
  readonly action: 'spend' | 'peek' | 'refund';
  /** The `spendId` that a refund reverts. */
  readonly spendId?: string;
}

/** The state of one limit after the charges were settled. */
export interface Verdict {
  readonly limit: string;
  readonly max: number;
  readonly windowSeconds: number;
  readonly allowed: boolean;
  readonly remaining: number;
  /** Unix seconds at which the oldest counted request leaves the window; now, when none is counted. */
  readonly resetAt: number;
  /** Whole seconds after which it has left; never more than the window. */
  readonly resetSeconds: number;
  /** Names what was counted, for a refund; null when nothing was. */
  readonly spendId: string | null;
}

/** Exact sliding windows: in any window of its length a limit lets `max` requests pass, and no more. */
export interface SlidingWindows {
  /**
   * Settles all charges in one step that nothing comes between: when one spend is refused, none is
   * counted. A refund stands whatever becomes of the spends next to it. Resolves to one verdict a charge, in their
   * order.
   * @throws {Unavailable} when the store is unavailable
   */
  settle(charges: readonly Charge[]): Promise<Verdict[]>;
}

/** What a store says of one key; times are microseconds since 1970 by the store's own clock. */
export interface WindowState {
  readonly allowed: boolean;
  readonly counted: number;
  readonly oldestMicros: number | null;
  readonly spendId: string | null;
}

/** Reads a store's answer as a verdict. Every store does it here, so that they agree to the second. */
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

/** 128 bits: two budgets never meet by chance, and a key stays small. */
const DIGEST_BYTES = 16;

/**
 * Turns what a limit counts by (an address, a client) into a key that does not tell what it was: without the secret
 * not even whether a certain address is among the keys.
 */
export function digestKey(secret: string, limit: string, ...parts: readonly string[]): string {
  const mac = createHmac('sha256', secret).update('rate-limit');
  for (const part of [limit, ...parts]) mac.update(`\0${part}`);
  return mac.digest().subarray(0, DIGEST_BYTES).toString('base64url');
}
