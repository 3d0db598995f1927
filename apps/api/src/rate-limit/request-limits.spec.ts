import { parseList } from 'structured-headers';
import type { Verdict } from '@app/rate-limit';
import { rateLimitHeaders, tightest } from './request-limits';

const verdict = (overrides: Partial<Verdict>): Verdict => ({
  limit: 'global',
  max: 1_000,
  windowSeconds: 60,
  allowed: true,
  remaining: 999,
  resetAt: 1_700_000_060,
  resetSeconds: 60,
  spendId: '1',
  ...overrides,
});

describe('rateLimitHeaders', () => {
  it('shows the limit with the fewest requests left', () => {
    const headers = rateLimitHeaders([
      verdict({}),
      verdict({
        limit: 'registration',
        max: 5,
        windowSeconds: 3_600,
        remaining: 4,
        resetAt: 1_700_003_600,
        resetSeconds: 3_600,
      }),
    ]);
    expect(headers).toEqual({
      'X-RateLimit-Limit': '5',
      'X-RateLimit-Remaining': '4',
      'X-RateLimit-Reset': '1700003600',
      'RateLimit-Policy': '"global";q=1000;w=60, "registration";q=5;w=3600',
      RateLimit: '"registration";r=4;t=3600',
    });
    expect(parseList(headers['RateLimit-Policy'] ?? '')).toHaveLength(2);
  });

  it('shows the refusing limit that lasts longest', () => {
    const longest = verdict({ limit: 'registration', allowed: false, remaining: 0, resetAt: 1_700_003_600 });
    const found = tightest([verdict({ remaining: 0 }), verdict({ allowed: false, remaining: 0 }), longest]);
    expect(found).toBe(longest);
  });

  it('is empty if no limit applies', () => {
    expect(rateLimitHeaders([])).toEqual({});
  });
});
