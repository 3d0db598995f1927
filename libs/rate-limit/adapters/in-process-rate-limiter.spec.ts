import fc from 'fast-check';
import { charge, describeRateLimiterContract } from '../testing';
import { InProcessRateLimiter } from './in-process-rate-limiter';

describeRateLimiterContract('in process', () => {
  let now = 1_700_000_000_000_000;
  const elapse = (ms: number): Promise<void> => {
    now += ms * 1_000;
    return Promise.resolve();
  };
  return Promise.resolve({ limiter: new InProcessRateLimiter(() => now), elapse });
});

describe('InProcessRateLimiter', () => {
  it('agrees with a naive count of the window, whatever comes when', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        async (gapsMs, max) => {
          let now = 1_700_000_000_000_000;
          const limiter = new InProcessRateLimiter(() => now);
          const one = charge({ max, windowMs: 1_000 });
          const passed: number[] = [];
          for (const gap of gapsMs) {
            now += gap * 1_000 + 1;
            const expected = passed.filter((time) => time > now - 1_000_000).length < max;
            const [verdict] = await limiter.settle([one]);
            expect(verdict?.allowed).toBe(expected);
            if (expected) passed.push(now);
          }
        },
      ),
    );
  });

  it('keeps no more budgets than it may, the latest ones', async () => {
    const limiter = new InProcessRateLimiter(undefined, 100);
    const first = charge({ max: 1 });
    await limiter.settle([first]);
    for (let index = 0; index < 150; index += 1) await limiter.settle([charge()]);
    expect(limiter.size).toBe(100);
    expect((await limiter.settle([first]))[0]?.allowed).toBe(true);
  });

  it('forgets what has run out', async () => {
    let now = 1_700_000_000_000_000;
    const limiter = new InProcessRateLimiter(() => now);
    for (let index = 0; index < 50; index += 1) await limiter.settle([charge({ windowMs: 1_000 })]);
    now += 2_000_000;
    await limiter.settle([charge()]);
    expect(limiter.size).toBe(1);
  });
});
