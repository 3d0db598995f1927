import { DDSketch } from '@datadog/sketches-js';

/**
 * Relative error of a percentile. It is smaller than the promised one per cent, because readers interpolate an exact
 * percentile differently and that difference must fit too. A smaller error means more bins to store and merge.
 */
const RELATIVE_ACCURACY = 0.0075;

/**
 * Durations outside are counted at the nearest bound, in milliseconds (1 µs, 1 h), so a sketch has at most 1,500 bins.
 */
const DURATION_MIN_MS = 0.001;
const DURATION_MAX_MS = 3_600_000;

/** A sketch in transport: non-empty bins as `[key, count, key, count, …]`, ordered by key. */
export interface SketchRecord {
  readonly min: number;
  readonly max: number;
  readonly bins: readonly number[];
}

/** Milliseconds, with a resolution of 1 µs. */
export interface LatencySummary {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly min: number;
  readonly max: number;
}

/**
 * Durations of any number of requests in a few kilobytes: percentiles within 0.75 %, exact minimum and maximum,
 * mergeable in any order. A DDSketch with two corrections of the library (2.1.1): its `merge` corrupts the bins when
 * the highest key of the other sketch is 0 (about 1 ms), and its `toProto` requires protobufjs, which it does not
 * include, and drops minimum and maximum.
 */
export class LatencySketch {
  private readonly sketch = new DDSketch({ relativeAccuracy: RELATIVE_ACCURACY });
  private min = Infinity;
  private max = -Infinity;

  get count(): number {
    return this.sketch.count;
  }

  add(durationMs: number): void {
    const inRange = Math.min(Math.max(Number.isNaN(durationMs) ? 0 : durationMs, 0), DURATION_MAX_MS);
    const micros = roundToMicros(inRange);
    this.sketch.accept(Math.max(micros, DURATION_MIN_MS));
    this.min = Math.min(this.min, micros);
    this.max = Math.max(this.max, micros);
  }

  merge({ min, max, bins }: SketchRecord): void {
    for (let place = 0; place + 1 < bins.length; place += 2) {
      const count = bins[place + 1] as number;
      this.sketch.store.add(bins[place] as number, count);
      this.sketch.count += count;
    }
    this.min = Math.min(this.min, min);
    this.max = Math.max(this.max, max);
  }

  toRecord(): SketchRecord {
    const { bins: dense, offset } = this.sketch.store;
    const bins: number[] = [];
    dense.forEach((count, place) => {
      if (count > 0) bins.push(place + offset, count);
    });
    return { min: this.min, max: this.max, bins };
  }

  /** Percentiles by nearest rank; they are always consistent with each other and with the extremes. */
  summary(): LatencySummary {
    const p50 = this.quantile(0.5, this.min);
    const p95 = this.quantile(0.95, p50);
    const p99 = this.quantile(0.99, p95);
    return { count: this.count, p50, p95, p99, min: this.min, max: this.max };
  }

  private quantile(share: number, atLeast: number): number {
    // Nearest rank, counted from 0. The library rounds interpolated ranks down; adding a quarter avoids rounding
    // errors at the edge.
    const rank = Math.max(Math.ceil(share * this.count) - 1, 0);
    const position = this.count > 1 ? Math.min((rank + 0.25) / (this.count - 1), 1) : 0;
    const value = roundToMicros(this.sketch.getValueAtQuantile(position));
    return Math.min(Math.max(value, atLeast), this.max);
  }
}

const roundToMicros = (ms: number): number => Math.round(ms * 1_000) / 1_000;
