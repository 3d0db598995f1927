import { RestartDelay } from './restart-delay';

describe('RestartDelay', () => {
  it('doubles the wait while processes die before they answer, up to half a minute', () => {
    const delay = new RestartDelay();
    const waits = Array.from({ length: 9 }, () => delay.after(5, false));
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('waits at most one second if the processes had answered', () => {
    const delay = new RestartDelay();
    const waits = Array.from({ length: 5 }, () => delay.after(5, true));
    expect(waits).toEqual([250, 500, 1_000, 1_000, 1_000]);
  });

  it('waits only as after the first death when a process is killed during startup', () => {
    const delay = new RestartDelay();
    for (let death = 0; death < 9; death += 1) delay.after(5, true);
    expect(delay.after(5, false)).toBe(250);
  });

  it('replaces a process immediately that dies later, and resets the wait', () => {
    const delay = new RestartDelay();
    delay.after(5, false);
    delay.after(5, false);
    expect(delay.after(60_000, true)).toBe(0);
    expect(delay.after(5, false)).toBe(250);
  });
});
