/** Durations of a route that is mostly fast and sometimes very slow, in milliseconds; the same for the same seed. */
export function knownDurations(count: number, seed = 1): number[] {
  let state = seed;
  const random = (): number => {
    // Park and Miller's generator: small, and the same on every machine.
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return Array.from({ length: count }, () => {
    const normal = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
    return Math.round(Math.exp(3 + normal) * 1_000) / 1_000;
  });
}

/** By nearest rank: the smallest value that has at least this share of all at or below it. */
export function exactPercentile(durations: readonly number[], share: number): number {
  const sorted = Float64Array.from(durations).sort();
  return sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)] ?? Number.NaN;
}

/** |measured − exact| ÷ exact. */
export const relativeError = (measured: number, exact: number): number => Math.abs(measured - exact) / exact;
