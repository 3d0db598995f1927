import { serializeList, type Item } from 'structured-headers';
import type { Verdict } from '@app/rate-limit';

/** The strictest limit: the refused one that lasts longest, otherwise the one with the fewest requests left. */
export function tightest(verdicts: readonly Verdict[]): Verdict | undefined {
  return [...verdicts].sort(
    (one, other) =>
      Number(one.allowed) - Number(other.allowed) ||
      (one.allowed ? one.remaining - other.remaining : other.resetAt - one.resetAt) ||
      one.max - other.max,
  )[0];
}

/**
 * Names and values of the headers: X-RateLimit-* for the strictest limit, and the IETF headers for all limits that
 * applied. Source: draft-ietf-httpapi-ratelimit-headers (structured fields of RFC 9651).
 */
export function rateLimitHeaders(verdicts: readonly Verdict[]): Record<string, string> {
  const limit = tightest(verdicts);
  if (limit === undefined) return {};
  const policies = verdicts.map(({ limit: name, max, windowSeconds }): Item => [
    name,
    new Map([
      ['q', max],
      ['w', windowSeconds],
    ]),
  ]);
  const current: Item = [
    limit.limit,
    new Map([
      ['r', limit.remaining],
      ['t', limit.resetSeconds],
    ]),
  ];
  return {
    'X-RateLimit-Limit': String(limit.max),
    'X-RateLimit-Remaining': String(limit.remaining),
    'X-RateLimit-Reset': String(limit.resetAt),
    'RateLimit-Policy': serializeList(policies),
    RateLimit: serializeList([current]),
  };
}
