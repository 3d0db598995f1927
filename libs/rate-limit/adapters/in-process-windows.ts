import { toVerdict, type Charge, type SlidingWindows, type Verdict } from '../domain/sliding-windows';

/**
 * Maximum number of budgets; the least recently used one is dropped. A client's budgets take about 330 bytes: about 35
 * MB for an attacker with enough addresses.
 */
const KEYS_MAX = 100_000;

export interface Clock {
  /** Monotonic microseconds, unaffected by changes of the system time; windows are measured with them. */
  elapsed(): number;
  /** Microseconds since 1970, for times in responses. */
  unix(): number;
}

const SYSTEM_CLOCK: Clock = {
  elapsed: () => Math.floor(performance.now() * 1_000),
  unix: () => Date.now() * 1_000,
};

interface Window {
  /** Elapsed times of the counted requests, oldest first; each identifies its request. */
  stamps: number[];
  /** Number of stamps at the front that have left the window; they are removed once they are the majority. */
  gone: number;
  readonly micros: number;
}

const counted = ({ stamps, gone }: Window): number => stamps.length - gone;

/** Sliding windows in this process only: for one-node mode, and while Redis is unavailable. */
export class InProcessWindows implements SlidingWindows {
  /** In the order of last use. */
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
    const allowed = charges.map(
      ({ refunds, max }, index) => refunds !== undefined || counted(windows[index] as Window) < max,
    );
    const pass = !allowed.includes(false);
    const verdicts = charges.map((charge, index) => {
      const window = windows[index] as Window;
      const spendId = charge.refunds === undefined && pass ? this.count(charge.key, window, now) : null;
      const oldest = window.stamps[window.gone];
      const state = {
        allowed: allowed[index] === true,
        counted: counted(window),
        oldestMicros: oldest === undefined ? null : unix - (now - oldest),
        spendId,
      };
      return toVerdict(charge, state, unix);
    });
    this.evict(now);
    return Promise.resolve(verdicts);
  }

  /** The current window, without expired requests and without the one that the charge refunds. */
  private current({ key, windowMs, refunds }: Charge, now: number): Window {
    const window = this.windows.get(key) ?? { stamps: [], gone: 0, micros: windowMs * 1_000 };
    if (refunds !== undefined) {
      const at = window.stamps.indexOf(Number(refunds), window.gone);
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
    // Two requests within the same microsecond count as two.
    const stamp = Math.max(now, (window.stamps.at(-1) ?? 0) + 1);
    window.stamps.push(stamp);
    this.windows.delete(key);
    this.windows.set(key, window);
    return String(stamp);
  }

  /** Drops expired budgets from the front, and those beyond the bound. */
  private evict(now: number): void {
    for (const [key, { stamps, micros }] of this.windows) {
      const runOut = (stamps.at(-1) ?? 0) + micros <= now;
      if (!runOut && this.windows.size <= this.keysMax) return;
      this.windows.delete(key);
    }
  }
}
