import fc from 'fast-check';
import { doublingDelay } from './back-off';

describe('doublingDelay', () => {
  const range = { first: 2, longest: 300 };
  const middle = (): number => 0.5;

  it('doubles from the first to the longest', () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 8, 9, 100, 10_000].map((n) => doublingDelay(n, range, middle));
    expect(delays).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
  });

  it('spreads retries by a quarter in each direction', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 299 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempts, at) => {
          const usual = doublingDelay(attempts, range, middle);
          const delay = doublingDelay(attempts, range, () => at);
          expect(delay).toBeGreaterThanOrEqual(usual * 0.75);
          expect(delay).toBeLessThanOrEqual(usual * 1.25);
        },
      ),
    );
    expect(doublingDelay(5, range, () => 0)).not.toBe(doublingDelay(5, range, () => 1));
  });
});
