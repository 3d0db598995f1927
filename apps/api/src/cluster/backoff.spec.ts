import { Backoff } from './backoff';

describe('Backoff', () => {
  it('doubles the wait while processes die young, up to half a minute', () => {
    const backoff = new Backoff();
    const waits = Array.from({ length: 9 }, () => backoff.after(5));
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('replaces one at once that died later, and begins anew', () => {
    const backoff = new Backoff();
    backoff.after(5);
    backoff.after(5);
    expect(backoff.after(60_000)).toBe(0);
    expect(backoff.after(5)).toBe(250);
  });
});
