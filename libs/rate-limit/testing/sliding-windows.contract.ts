import type { Charge, SlidingWindows } from '../domain/sliding-windows';

/** Advances the limiter's clock, or waits for the real one. */
export type Elapse = (ms: number) => Promise<void>;

let keys = 0;
/** A charge on a separate budget. */
export const charge = (overrides: Partial<Charge> = {}): Charge => ({
  limit: 'test',
  key: `budget-${(keys += 1)}-${process.pid}`,
  max: 3,
  windowMs: 60_000,
  ...overrides,
});

const allowed = async (limiter: SlidingWindows, one: Charge, times: number): Promise<boolean[]> => {
  const verdicts = await Promise.all(Array.from({ length: times }, () => limiter.settle([one])));
  return verdicts.map(([verdict]) => verdict?.allowed ?? false);
};

export function describeSlidingWindowsContract(
  name: string,
  create: () => Promise<{ limiter: SlidingWindows; elapse: Elapse }>,
): void {
  describe(`SlidingWindows contract: ${name}`, () => {
    it('allows exactly the limit of many concurrent requests', async () => {
      const { limiter } = await create();
      const passed = await allowed(limiter, charge({ max: 5 }), 200);
      expect(passed.filter(Boolean)).toHaveLength(5);
    });

    it('counts down, and reports when the oldest request leaves the window', async () => {
      const { limiter } = await create();
      const one = charge({ max: 2 });
      const [first] = await limiter.settle([one]);
      const [second] = await limiter.settle([one]);
      const [third] = await limiter.settle([one]);
      // The reported wait never exceeds the window, whatever the fraction of the second is.
      expect(first).toMatchObject({
        allowed: true,
        remaining: 1,
        max: 2,
        windowSeconds: 60,
        resetSeconds: 60,
      });
      expect(second).toMatchObject({ allowed: true, remaining: 0 });
      expect(third).toMatchObject({ allowed: false, remaining: 0, spendId: null });
      expect(third?.resetAt).toBe(first?.resetAt);
      expect(third?.resetSeconds).toBeGreaterThan(55);
      expect(third?.resetSeconds).toBeLessThanOrEqual(60);
    });

    it('does not count refused requests', async () => {
      const { limiter, elapse } = await create();
      const one = charge({ max: 2, windowMs: 400 });
      await limiter.settle([one]);
      await elapse(250);
      await limiter.settle([one]);
      expect(await allowed(limiter, one, 50)).not.toContain(true);
      // The first request leaves the window: if a refusal had been counted, nothing would pass.
      await elapse(200);
      expect((await limiter.settle([one]))[0]?.allowed).toBe(true);
      expect((await limiter.settle([one]))[0]?.allowed).toBe(false);
    });

    it('counts for no limit if one of several refuses', async () => {
      const { limiter } = await create();
      const wide = charge({ max: 10 });
      const narrow = charge({ max: 1 });
      await limiter.settle([wide, narrow]);
      const [wideVerdict, narrowVerdict] = await limiter.settle([wide, narrow]);
      expect(narrowVerdict?.allowed).toBe(false);
      expect(wideVerdict).toMatchObject({ allowed: true, remaining: 9, spendId: null });
    });

    it('refunds exactly what was spent', async () => {
      const { limiter } = await create();
      const one = charge({ max: 2 });
      const [first] = await limiter.settle([one]);
      await limiter.settle([one]);
      const refund: Charge = { ...one, refunds: first?.spendId ?? 'none' };
      expect((await limiter.settle([refund]))[0]).toMatchObject({ remaining: 1 });
      expect((await limiter.settle([refund]))[0]).toMatchObject({ remaining: 1 });
      expect(await allowed(limiter, one, 3)).toEqual([true, false, false]);
    });

    it('refunds before it spends', async () => {
      const { limiter } = await create();
      const one = charge({ max: 1 });
      const [first] = await limiter.settle([one]);
      const other = charge({ max: 1 });
      const verdicts = await limiter.settle([{ ...one, refunds: first?.spendId ?? 'none' }, other]);
      expect(verdicts.map(({ remaining }) => remaining)).toEqual([1, 0]);
    });
  });
}
