import { toVerdict, type Charge, type RateLimiter, type Verdict } from '../domain/rate-limiter';

/** Budgets kept at once; the one that was touched longest ago goes first. */
const KEYS_MAX = 100_000;

interface Window {
  /** Times of the counted requests in microseconds, oldest first; each names its request. */
  times: number[];
  windowMicros: number;
}

/** Sliding windows of this process alone: one-node mode, and what counts while Redis is away. */
export class InProcessRateLimiter implements RateLimiter {
  private readonly windows = new Map<string, Window>();

  constructor(
    /** Microseconds since 1970. */
    private readonly clock: () => number = () =>
      Math.round((performance.timeOrigin + performance.now()) * 1_000),
    private readonly keysMax = KEYS_MAX,
  ) {}

  get size(): number {
    return this.windows.size;
  }

  settle(charges: readonly Charge[]): Promise<Verdict[]> {
    const now = this.clock();
    const windows = charges.map((charge) => this.trimmed(charge, now));
    const before = windows.map(({ times }) => times.length);
    const fits = charges.map((charge, index) => (before[index] ?? 0) < charge.max);
    const pass = charges.every((charge, index) => charge.action !== 'spend' || fits[index]);
    const verdicts = charges.map((charge, index) => {
      const window = windows[index] as Window;
      const counts = charge.action === 'spend' && pass;
      const spendId = counts ? this.count(charge, window, now) : null;
      const state = {
        allowed: charge.action === 'spend' ? fits[index] === true : true,
        counted: window.times.length,
        oldestMicros: window.times[0] ?? null,
        spendId,
      };
      return toVerdict(charge, state, now);
    });
    this.evict(now);
    return Promise.resolve(verdicts);
  }

  private trimmed(charge: Charge, now: number): Window {
    const window = this.windows.get(charge.key) ?? { times: [], windowMicros: charge.windowMs * 1_000 };
    const horizon = now - charge.windowMs * 1_000;
    const firstKept = window.times.findIndex((time) => time > horizon);
    if (firstKept !== 0) window.times = firstKept < 0 ? [] : window.times.slice(firstKept);
    if (charge.action === 'refund')
      window.times = window.times.filter((time) => String(time) !== charge.spendId);
    if (window.times.length === 0) this.windows.delete(charge.key);
    return window;
  }

  private count(charge: Charge, window: Window, now: number): string {
    // Two requests in one microsecond are two requests.
    const stamp = Math.max(now, (window.times.at(-1) ?? 0) + 1);
    window.times.push(stamp);
    // To the end of the map: the order of insertion is the order of last use.
    this.windows.delete(charge.key);
    this.windows.set(charge.key, window);
    return String(stamp);
  }

  /** Drops what has run out from the front, and whatever is over the bound. */
  private evict(now: number): void {
    for (const [key, { times, windowMicros }] of this.windows) {
      const expired = (times.at(-1) ?? 0) + windowMicros <= now;
      if (!expired && this.windows.size <= this.keysMax) return;
      this.windows.delete(key);
    }
  }
}
