import type { Environment } from '@app/runtime';

/** Longest wait for the connection, all addresses of the host included, in milliseconds. */
export const CONNECT_TIMEOUT_MS = 10_000;
/** Longest wait for one address of several before the next is tried, in milliseconds. */
export const ADDRESS_TIMEOUT_MS = 2_000;
/** Longest wait for the greeting, TLS included, in milliseconds: postscreen and tarpits take seconds on purpose. */
export const GREETING_TIMEOUT_MS = 30_000;

/**
 * Longest that one `send` takes, in seconds: connecting and greeting, the envelope, and the answer to the final dot,
 * which has SMTP_TIMEOUT_SECONDS each; twice where there is a fallback. A lease on a mail has to be longer.
 */
export function sendSecondsMax(environment: Environment): number {
  const once = (CONNECT_TIMEOUT_MS + GREETING_TIMEOUT_MS) / 1_000 + 2 * environment.SMTP_TIMEOUT_SECONDS;
  return once * (environment.SMTP_FALLBACK_URL === '' ? 1 : 2);
}
