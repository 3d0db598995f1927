import { Backoff } from './backoff';

describe('Backoff', () => {
  it('doubles the wait while processes die before they answer, up to half a minute', () => {
    const backoff = new Backoff();
    const waits = Array.from({ length: 9 }, () => backoff.after(5, false));
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('waits at most one second if the processes had answered', () => {
    const backoff = new Backoff();
    const waits = Array.from({ length: 5 }, () => backoff.after(5, true));
    expect(waits).toEqual([250, 500, 1_000, 1_000, 1_000]);
  });

  it('waits only as after the first death when a process is killed during startup', () => {
    const backoff = new Backoff();
    for (let death = 0; death < 9; death += 1) backoff.after(5, true);
    expect(backoff.after(5, false)).toBe(250);
  });

  it('replaces a process immediately that dies later, and resets the wait', () => {
    const backoff = new Backoff();
    backoff.after(5, false);
    backoff.after(5, false);
    expect(backoff.after(60_000, true)).toBe(0);
    expect(backoff.after(5, false)).toBe(250);
  });
});
