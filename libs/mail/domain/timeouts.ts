import type { Environment } from '@app/runtime';

/** Time limit for the connection, including all addresses of the host, in milliseconds. */
export const CONNECT_TIMEOUT_MS = 10_000;
/** Time limit for one of several addresses before the next one is tried, in milliseconds. */
export const ADDRESS_TIMEOUT_MS = 2_000;
/**
 * Time limit for the greeting, including TLS, in milliseconds: postscreen and tarpits delay it by seconds on purpose.
 */
export const GREETING_TIMEOUT_MS = 30_000;

/**
 * Maximum duration of one `send`, in seconds: connection and greeting, envelope, and the reply to the final dot, each
 * within SMTP_TIMEOUT_SECONDS; twice that with a fallback. A lease on a mail must be longer.
 */
export function sendSecondsMax(environment: Environment): number {
  const once = (CONNECT_TIMEOUT_MS + GREETING_TIMEOUT_MS) / 1_000 + 2 * environment.SMTP_TIMEOUT_SECONDS;
  return once * (environment.SMTP_FALLBACK_URL === '' ? 1 : 2);
}
