import { Watch } from './watch';
import { HEARTBEAT_MS } from './messages';

describe('Watch', () => {
  let thread = { state: 'S', ticks: 0 };
  const silenceUntilVerdict = (watch: Watch, up = true, every = (): void => {}): number => {
    for (let beats = 1; beats <= 100; beats += 1) {
      every();
      if (watch.verdict(up) !== undefined) return beats * HEARTBEAT_MS;
    }
    return Infinity;
  };
  beforeEach(() => (thread = { state: 'S', ticks: 0 }));

  it('reports a stopped process after one second, even during startup', () => {
    thread.state = 'T';
    expect(silenceUntilVerdict(new Watch(1, () => thread))).toBe(1_000);
    expect(silenceUntilVerdict(new Watch(1, () => thread), false)).toBe(1_000);
  });

  it('reports a process that sleeps silently for five seconds', () => {
    expect(silenceUntilVerdict(new Watch(1, () => thread))).toBeLessThanOrEqual(5_500);
  });

  it.each(['R', 'D'])('tolerates half a minute of silence from a busy process (%s)', (state) => {
    thread.state = state;
    expect(silenceUntilVerdict(new Watch(1, () => thread))).toBe(30_000);
  });

  it('tolerates half a minute of silence from a process that uses the processor', () => {
    expect(silenceUntilVerdict(new Watch(1, () => thread), true, () => (thread.ticks += 1))).toBe(30_000);
  });

  it('tolerates a process that sends heartbeats', () => {
    const watch = new Watch(1, () => thread);
    expect(silenceUntilVerdict(watch, true, () => watch.heard())).toBe(Infinity);
  });

  it('tolerates a process that is starting', () => {
    expect(silenceUntilVerdict(new Watch(1, () => thread), false)).toBe(Infinity);
  });
});
