const FIRST_DELAY_SECONDS = 2;
const LONGEST_DELAY_SECONDS = 300;
/** With the delays above this is a little over a day: longer than any greylisting and most outages. */
const ATTEMPTS_MAX = 300;

/**
 * Seconds until the next attempt: doubling from 2 s to 5 minutes, with ±25 % jitter so that mails that failed together
 * are not retried together. Null after the last attempt. @param attempt number of attempts so far, starting at 1
 */
export function retryDelaySeconds(attempt: number, random: () => number = Math.random): number | null {
  if (attempt >= ATTEMPTS_MAX) return null;
  const delay = Math.min(FIRST_DELAY_SECONDS * 2 ** (attempt - 1), LONGEST_DELAY_SECONDS);
  return delay * (0.75 + random() * 0.5);
}
