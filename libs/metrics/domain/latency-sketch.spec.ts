import fc from 'fast-check';
import { exactPercentile, relativeError } from '../testing/exact-percentile';
import { LatencySketch } from './latency-sketch';

const sketchOf = (durations: readonly number[]): LatencySketch => {
  const sketch = new LatencySketch();
  for (const duration of durations) sketch.add(duration);
  return sketch;
};

/** Whole microseconds up to a minute, in milliseconds. */
const duration = fc.integer({ min: 100, max: 60_000_000 }).map((micros) => micros / 1_000);

describe('LatencySketch', () => {
  it('estimates percentiles within 1 %, with exact minimum and maximum', () => {
    fc.assert(
      fc.property(fc.array(duration, { minLength: 1, maxLength: 2_000 }), (durations) => {
        const { p50, p95, p99, min, max, count } = sketchOf(durations).summary();
        expect(count).toBe(durations.length);
        expect(min).toBe(Math.min(...durations));
        expect(max).toBe(Math.max(...durations));
        expect(relativeError(p50, exactPercentile(durations, 0.5))).toBeLessThanOrEqual(0.01);
        expect(relativeError(p95, exactPercentile(durations, 0.95))).toBeLessThanOrEqual(0.01);
        expect(relativeError(p99, exactPercentile(durations, 0.99))).toBeLessThanOrEqual(0.01);
      }),
    );
  });

  it.each([
    [[4, 8], { p50: 4, p95: 8, p99: 8 }],
    [[1, 2, 3], { p50: 2, p95: 3, p99: 3 }],
    [[1, 2, 3, 4], { p50: 2, p95: 4, p99: 4 }],
    [[7], { p50: 7, p95: 7, p99: 7 }],
  ])('uses the nearest rank for few values: %j', (durations, expected) => {
    const { p50, p95, p99 } = sketchOf(durations).summary();
    for (const [measured, exact] of [
      [p50, expected.p50],
      [p95, expected.p95],
      [p99, expected.p99],
    ] as const) {
      expect(relativeError(measured, exact)).toBeLessThanOrEqual(0.01);
    }
  });

  it('is always consistent, whatever the input', () => {
    const anything = fc.oneof(
      fc.double(),
      fc.constantFrom(0, -0, -1, Infinity, -Infinity, Number.NaN, 1e300),
    );
    fc.assert(
      fc.property(fc.array(anything, { minLength: 1 }), (durations) => {
        const { p50, p95, p99, min, max } = sketchOf(durations).summary();
        const inOrder = [min, p50, p95, p99, max];
        expect(inOrder.every(Number.isFinite)).toBe(true);
        expect([...inOrder].sort((one, other) => one - other)).toEqual(inOrder);
      }),
    );
  });

  it('is the same whether merged from parts or filled directly', () => {
    fc.assert(
      fc.property(fc.array(fc.array(duration), { minLength: 1, maxLength: 6 }), (parts) => {
        const merged = new LatencySketch();
        for (const part of parts) merged.merge(sketchOf(part).toRecord());
        const whole = sketchOf(parts.flat());
        expect(merged.toRecord()).toEqual(whole.toRecord());
        expect(merged.summary()).toEqual(whole.summary());
      }),
    );
  });

  it('merges a sketch whose highest bin has the key 0, which the library gets wrong', () => {
    const merged = sketchOf([0.5]);
    merged.merge(sketchOf([0.9, 1, 1, 1]).toRecord());
    expect(merged.summary()).toEqual(sketchOf([0.5, 0.9, 1, 1, 1]).summary());
    expect(relativeError(merged.summary().p99, 1)).toBeLessThanOrEqual(0.01);
  });

  it('stays small, however widely durations spread', () => {
    const sketch = new LatencySketch();
    for (let exponent = -6; exponent < 12; exponent += 0.001) sketch.add(10 ** exponent);
    expect(sketch.toRecord().bins.length / 2).toBeLessThanOrEqual(1_500);
  });
});
