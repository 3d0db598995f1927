import fc from 'fast-check';
import { retryDelaySeconds } from './send-owed-mail';

describe('retryDelaySeconds', () => {
  const middle = (): number => 0.5;

  it('doubles from two seconds to five minutes', () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 8, 9, 100].map((attempt) => retryDelaySeconds(attempt, middle));
    expect(delays).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });

  it('spreads retries by a quarter in each direction', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 299 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempt, at) => {
          const usual = retryDelaySeconds(attempt, middle) ?? 0;
          const delay = retryDelaySeconds(attempt, () => at) ?? 0;
          expect(delay).toBeGreaterThanOrEqual(usual * 0.75);
          expect(delay).toBeLessThanOrEqual(usual * 1.25);
        },
      ),
    );
    expect(retryDelaySeconds(5, () => 0)).not.toBe(retryDelaySeconds(5, () => 1));
  });

  it('ends after three hundred attempts', () => {
    expect(retryDelaySeconds(299)).not.toBeNull();
    expect(retryDelaySeconds(300)).toBeNull();
  });
});
