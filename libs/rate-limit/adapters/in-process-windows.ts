import { toVerdict, type Charge, type SlidingWindows, type Verdict } from '../domain/sliding-windows';

/**
 * Most budgets that are kept; the one that was spent from longest ago goes first. A client's takes some 330 bytes: about
 * 35 MB where an attacker has as many addresses.
 */
const KEYS_MAX = 100_000;

export interface Clock {
  /** Microseconds that never step, whatever happens to the time of day: windows are measured with these. */
  elapsed(): number;
  /** Microseconds since 1970: clients are told in these. */
  unix(): number;
}

const SYSTEM_CLOCK: Clock = {
  elapsed: () => Math.floor(performance.now() * 1_000),
  unix: () => Date.now() * 1_000,
};

interface Window {
  /** Elapsed times of the counted requests, oldest first; each names its request. */
  stamps: number[];
  /** How many stamps at the front have left the window: they are cut off once they are the larger part. */
  gone: number;
  readonly micros: number;
}

const counted = ({ stamps, gone }: Window): number => stamps.length - gone;

/** Sliding windows of this process alone: one-node mode, and what counts while Redis is unavailable. */
export class InProcessWindows implements SlidingWindows {
  /** In the order of the last spend. */
  private readonly windows = new Map<string, Window>();

  constructor(
    private readonly clock: Clock = SYSTEM_CLOCK,
    private readonly keysMax = KEYS_MAX,
  ) {}

  get size(): number {
    return this.windows.size;
  }

  settle(charges: readonly Charge[]): Promise<Verdict[]> {
    const now = this.clock.elapsed();
    const unix = this.clock.unix();
    const windows = charges.map((charge) => this.current(charge, now));
    const fits = charges.map((charge, index) => counted(windows[index] as Window) < charge.max);
    const pass = charges.every(({ action }, index) => action !== 'spend' || fits[index]);
    const verdicts = charges.map((charge, index) => {
      const window = windows[index] as Window;
      const spendId = charge.action === 'spend' && pass ? this.count(charge.key, window, now) : null;
      const oldest = window.stamps[window.gone];
      const state = {
        allowed: charge.action !== 'spend' || fits[index] === true,
        counted: counted(window),
        oldestMicros: oldest === undefined ? null : unix - (now - oldest),
        spendId,
      };
      return toVerdict(charge, state, unix);
    });
    this.evict(now);
    return Promise.resolve(verdicts);
  }

  /** The window as it is now: without what has left it, and without what the charge refunds. */
  private current({ action, key, windowMs, spendId }: Charge, now: number): Window {
    const window = this.windows.get(key) ?? { stamps: [], gone: 0, micros: windowMs * 1_000 };
    if (action === 'refund') {
      const at = window.stamps.indexOf(Number(spendId), window.gone);
      if (at >= 0) window.stamps.splice(at, 1);
    }
    while ((window.stamps[window.gone] ?? Infinity) <= now - window.micros) window.gone += 1;
    if (window.gone * 2 > window.stamps.length) {
      window.stamps.splice(0, window.gone);
      window.gone = 0;
    }
    if (window.stamps.length === 0) this.windows.delete(key);
    return window;
  }

  private count(key: string, window: Window, now: number): string {
    // Two requests in one microsecond are two requests.
    const stamp = Math.max(now, (window.stamps.at(-1) ?? 0) + 1);
    window.stamps.push(stamp);
    this.windows.delete(key);
    this.windows.set(key, window);
    return String(stamp);
  }

  /** Drops what has run out from the front, and whatever is over the bound. */
  private evict(now: number): void {
    for (const [key, { stamps, micros }] of this.windows) {
      const runOut = (stamps.at(-1) ?? 0) + micros <= now;
      if (!runOut && this.windows.size <= this.keysMax) return;
      this.windows.delete(key);
    }
  }
}
