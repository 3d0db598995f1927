type Target = { readonly atLeast: number } | { readonly atMost: number } | { readonly exactly: number };

/** One row of the goals: what was measured, round by round, and its target. */
export interface Figure {
  readonly table: 'speed' | 'growth';
  readonly job: string;
  readonly figure: string;
  /** Unit of the value, such as `ms` or `bytes`; empty for a ratio or a count. */
  readonly unit: string;
  readonly target: Target | null;
  readonly rounds: readonly number[];
  /** The rounds of an earlier commit, which alternated with these. */
  readonly earlier?: readonly number[];
  /** How it was measured if that is not obvious, or how the short form differs. */
  readonly note?: string;
}

export const median = (values: readonly number[]): number => percentile(values, 50);

/** Nearest rank; NaN without values. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.max(Math.ceil((percent / 100) * sorted.length), 1);
  return sorted[rank - 1] ?? Number.NaN;
}

/**
 * Completions per second while all slots were taken: from the first round of completions to the last, without the
 * time it takes to fill and to empty the slots. `endedAt` in milliseconds.
 */
export function steadyRate(endedAt: readonly number[], slots: number): number {
  const sorted = endedAt.toSorted((a, b) => a - b);
  const [first = Number.NaN, last = Number.NaN] = [sorted[slots - 1], sorted.at(-1)];
  return ((sorted.length - slots) * 1_000) / (last - first);
}

/** The same figures measured several times, in the order of the first time. */
export function joinRounds(times: readonly (readonly Figure[])[]): Figure[] {
  return (times[0] ?? []).map((first, index) => ({
    ...first,
    rounds: times.flatMap((figures) => figures[index]?.rounds ?? []),
  }));
}

/** Adds the rounds of an earlier commit to ours, if it has the same figure. */
export const comparedWithEarlier = (ours: readonly Figure[], earlier: readonly Figure[]): Figure[] =>
  ours.map((figure) => {
    const same = earlier.find((other) => other.job === figure.job && other.figure === figure.figure);
    return same === undefined ? figure : { ...figure, earlier: same.rounds };
  });

export const valueOf = (figure: Figure): number => median(figure.rounds);

/** Null without a target. */
export function isMet(figure: Figure): boolean | null {
  const { target } = figure;
  const value = valueOf(figure);
  if (target === null) return null;
  if ('atLeast' in target) return value >= target.atLeast;
  if ('atMost' in target) return value <= target.atMost;
  return value === target.exactly;
}

export function describeTarget({ target, unit }: Figure): string {
  if (target === null) return 'none';
  const suffix = unit === '' ? '' : ` ${unit}`;
  if ('atLeast' in target) return `≥ ${write(target.atLeast)}${suffix}`;
  if ('atMost' in target) return `≤ ${write(target.atMost)}${suffix}`;
  return `= ${write(target.exactly)}${suffix}`;
}

/** The earlier median, and how ours compares with it; empty if no earlier commit was measured. */
export function describeEarlier(figure: Figure): { readonly value: string; readonly change: string } {
  if (figure.earlier === undefined) return { value: '', change: '' };
  const earlier = { ...figure, rounds: figure.earlier };
  const change = valueOf(figure) / valueOf(earlier);
  return { value: describeValue(earlier), change: Number.isFinite(change) ? `× ${write(change)}` : '' };
}

export const describeValue = (figure: Figure): string =>
  `${write(valueOf(figure))}${figure.unit === '' ? '' : ` ${figure.unit}`}`;

/** Three significant digits, with a separator for thousands. */
export function write(value: number): string {
  if (!Number.isFinite(value)) return 'none';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}
