import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import path from 'node:path';
import { chart } from './chart';
import {
  describeEarlier,
  describeTarget,
  describeValue,
  isMet,
  valueOf,
  write,
  type Figure,
} from './figures';

export interface Run {
  readonly full: boolean;
  /** The earlier commit that was measured in turns, or null. */
  readonly against: string | null;
  /** The measurements of this run: all of them, unless some were requested by name. */
  readonly measurements: readonly string[];
  readonly startedAt: Date;
  readonly seconds: number;
  /** One-minute load average before the run, which shows other work on the machine. */
  readonly loadBefore: number;
  readonly figures: readonly Figure[];
  /** Measurements that ended with an error. */
  readonly failures: readonly string[];
}

const TABLES = { speed: 'Speed', growth: 'Growth' } as const;
const MARKS = { true: 'met', false: 'MISSED', null: '' } as const;
const BEGIN = '<!-- results: written by npm run bench -- --write -->';
const END = '<!-- end of results -->';

const mark = (figure: Figure): string => MARKS[`${isMet(figure)}`];

/** One line of the table on the terminal. */
export function line(figure: Figure): string {
  const what = `${figure.job}: ${figure.figure}`;
  const { value, change } = describeEarlier(figure);
  const earlier = value === '' ? '' : `  before ${value}, now ${change}`;
  return `${what.padEnd(84)} ${describeValue(figure).padStart(14)}   ${describeTarget(figure).padEnd(18)} ${mark(figure).padEnd(6)}${earlier}`.trimEnd();
}

export function writeJson(run: Run, file: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const figures = run.figures.map((figure) => ({ ...figure, median: valueOf(figure), met: isMet(figure) }));
  writeFileSync(file, `${JSON.stringify({ ...run, machine: machine(), figures }, null, 2)}\n`);
}

/** Writes tables and charts of the run into the page, between its two marks. */
export function writePage(run: Run, page: string): void {
  const text = readFileSync(page, 'utf8');
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${page} lacks the marks between which the results go`);
  const tables = Object.entries(TABLES).map(([name, title]) => {
    const figures = run.figures.filter(({ table }) => table === name);
    writeFileSync(path.join(path.dirname(page), `performance-${name}.svg`), chart(title, figures));
    return `### ${title}\n\n![${title}: each figure and its target](performance-${name}.svg)\n\n${markdown(figures)}`;
  });
  const results = [BEGIN, where(run), ...tables].join('\n\n');
  writeFileSync(page, `${text.slice(0, from)}${results}\n\n${text.slice(to)}`);
}

function markdown(figures: readonly Figure[]): string {
  const compared = figures.some(({ earlier }) => earlier !== undefined);
  const rows = figures.map((figure) => {
    const { value, change } = describeEarlier(figure);
    const earlier = compared ? ` ${value} | ${change} |` : '';
    return `| ${figure.job} | ${figure.figure} | ${describeValue(figure)} | ${figure.rounds.map(write).join(' · ')} |${earlier} ${describeTarget(figure)} | ${mark(figure)} |`;
  });
  const notes = figures
    .filter(({ note }) => note)
    .map(({ job, figure, note }) => `- ${job}, ${figure}: ${note}`);
  const columns = ['Job', 'Figure', 'Median', 'Rounds', ...(compared ? ['Before', 'Now'] : []), 'Target', ''];
  const table = [`| ${columns.join(' | ')} |`, `|${'---|'.repeat(columns.length)}`, ...rows].join('\n');
  return notes.length === 0 ? table : `${table}\n\n${notes.join('\n')}`;
}

function where(run: Run): string {
  const { cores, processor, memoryGiB, system, node } = machine();
  const failures = run.failures.map((failure) => `\n\nNot measured: ${failure}`).join('');
  return (
    `${run.full ? 'The full form' : 'The short form'}, ${run.startedAt.toISOString().slice(0, 10)}, in ` +
    `${Math.round(run.seconds)} s (${run.measurements.join(', ')}): ${cores} cores (${processor}), ${memoryGiB} GiB, ${system}, Node ${node}. ` +
    `The load average before it was ${write(run.loadBefore)}.` +
    (run.against === null ? '' : ` “Before” is ${run.against}, whose rounds took turns with ours.`) +
    failures
  );
}

const machine = () => ({
  cores: availableParallelism(),
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  system: `${type()} ${release()}`,
  node: process.versions.node,
});

export const loadNow = (): number => loadavg()[0] ?? 0;
