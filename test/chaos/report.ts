/** The promised and the observed effects of a fault on users. */
export interface Observed {
  readonly promised: string;
  readonly seen: string;
  /** From the dependency's return until sign-ups, and their mails, work again; null if nothing returns. */
  readonly recovery: string | null;
  /** Broken promises, in words. */
  readonly broken: readonly string[];
}

export interface Line extends Observed {
  readonly fault: string;
}

/** A table for people: one line per fault, followed by the broken promises. */
export function table(lines: readonly Line[]): string {
  const cells = lines.map(({ fault, promised, seen, recovery, broken }) => [
    broken.length === 0 ? 'kept' : 'BROKEN',
    fault,
    promised,
    seen,
    recovery ?? '-',
  ]);
  const rows = [['', 'Fault', 'Promised', 'Observed', 'Works again after'], ...cells];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const text = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const faults = lines.flatMap(({ fault, broken }) => broken.slice(0, 10).map((what) => `${fault}: ${what}`));
  return `\n${[...text, ...faults].join('\n')}\n`;
}
