import { Watch } from './watch';
import { HEARTBEAT_MS } from './messages';

describe('Watch', () => {
  let thread = { state: 'S', ticks: 0 };
  const looksUntil = (watch: Watch, up = true, every = (): void => {}): number => {
    for (let looks = 1; looks <= 100; looks += 1) {
      every();
      if (watch.verdict(up) !== undefined) return looks * HEARTBEAT_MS;
    }
    return Infinity;
  };
  beforeEach(() => (thread = { state: 'S', ticks: 0 }));

  it('gives a stopped process up after a second, also while it starts', () => {
    thread.state = 'T';
    expect(looksUntil(new Watch(1, () => thread))).toBe(1_000);
    expect(looksUntil(new Watch(1, () => thread), false)).toBe(1_000);
  });

  it('gives a process up after five seconds that sleeps and says nothing', () => {
    expect(looksUntil(new Watch(1, () => thread))).toBeLessThanOrEqual(5_500);
  });

  it.each(['R', 'D'])('leaves one half a minute that says nothing and is busy (%s)', (state) => {
    thread.state = state;
    expect(looksUntil(new Watch(1, () => thread))).toBe(30_000);
  });

  it('leaves one half a minute that says nothing and uses the processor', () => {
    expect(looksUntil(new Watch(1, () => thread), true, () => (thread.ticks += 1))).toBe(30_000);
  });

  it('leaves one alone that speaks', () => {
    const watch = new Watch(1, () => thread);
    expect(looksUntil(watch, true, () => watch.heard())).toBe(Infinity);
  });

  it('leaves one alone that starts', () => {
    expect(looksUntil(new Watch(1, () => thread), false)).toBe(Infinity);
  });
});
