import fc from 'fast-check';
import { charge, describeSlidingWindowsContract, Scenario, steps } from '../testing';
import { InProcessWindows, type Clock } from './in-process-windows';

/** A process that has run for a second, on a day in 2023. */
class HandClock implements Clock {
  private micros = 1_000_000;
  offset = 1_700_000_000_000_000;

  elapsed(): number {
    return this.micros;
  }
  unix(): number {
    return this.micros + this.offset;
  }
  advance(ms: number): void {
    this.micros += ms * 1_000;
  }
}

describeSlidingWindowsContract('in process', () => {
  const clock = new HandClock();
  const elapse = (ms: number): Promise<void> => Promise.resolve(clock.advance(ms));
  return Promise.resolve({ limiter: new InProcessWindows(clock), elapse });
});

describe('InProcessWindows', () => {
  it('agrees with a naive count of the windows for random requests', async () => {
    await fc.assert(
      fc.asyncProperty(steps(400, 60), async (history) => {
        const clock = new HandClock();
        const limiter = new InProcessWindows(clock);
        const scenario = new Scenario(1_000);
        const { naive } = scenario;
        for (const step of history) {
          clock.advance(step.gapMs);
          const now = clock.elapsed();
          const charges = scenario.charges(step);
          const pass = naive.passes(charges, now);
          const fits = charges.map((one) => one.refunds !== undefined || naive.counted(one, now) < one.max);
          const verdicts = await limiter.settle(charges);
          charges.forEach((one, index) => {
            const verdict = verdicts[index];
            if (pass && one.refunds === undefined) naive.spend(one, verdict?.spendId ?? 'none');
            const oldest = naive.oldest(one, now);
            const leaves = oldest === null ? now : oldest + one.windowMs * 1_000;
            expect(verdict).toMatchObject({
              allowed: fits[index],
              remaining: one.max - naive.counted(one, now),
              resetAt: Math.ceil((leaves + clock.offset) / 1_000_000),
            });
            expect(verdict?.spendId === null).toBe(!(pass && one.refunds === undefined));
          });
        }
      }),
    );
  });

  it('allows a request when the oldest one leaves the window, and not earlier', async () => {
    const clock = new HandClock();
    const limiter = new InProcessWindows(clock);
    const budget = charge({ max: 1, windowMs: 1_000 });
    await limiter.settle([budget]);
    clock.advance(999.999);
    expect((await limiter.settle([budget]))[0]?.allowed).toBe(false);
    clock.advance(0.001);
    expect((await limiter.settle([budget]))[0]?.allowed).toBe(true);
  });

  it('keeps measuring, and reports the new time, when the system time is set', async () => {
    const clock = new HandClock();
    const limiter = new InProcessWindows(clock);
    const budget = charge({ max: 1 });
    await limiter.settle([budget]);
    clock.offset += 86_400_000_000;
    const [verdict] = await limiter.settle([budget]);
    expect(verdict).toMatchObject({ allowed: false, resetSeconds: 60, resetAt: 1_700_086_461 });
  });

  it('keeps at most the allowed number of budgets, the latest ones', async () => {
    const limiter = new InProcessWindows(undefined, 100);
    const first = charge({ max: 1 });
    await limiter.settle([first]);
    for (let index = 0; index < 150; index += 1) await limiter.settle([charge()]);
    expect(limiter.size).toBe(100);
    expect((await limiter.settle([first]))[0]?.allowed).toBe(true);
  });

  it('forgets expired budgets', async () => {
    const clock = new HandClock();
    const limiter = new InProcessWindows(clock);
    for (let index = 0; index < 50; index += 1) await limiter.settle([charge({ windowMs: 1_000 })]);
    clock.advance(2_000);
    await limiter.settle([charge()]);
    expect(limiter.size).toBe(1);
  });
});
