import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

interface JestResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numFailedTestSuites: number;
  readonly numPendingTests: number;
  readonly success: boolean;
}

/**
 * Tests that compare times or memory, or load every core. They run after the others, a file on each of two cores.
 */
const ALONE = 'e2e/(timing|overload|connections)\\.test';
/**
 * Jest workers for the other tests, which wait half of the time: six workers keep two cores busy, and more cause
 * timeouts.
 */
const WORKERS = 6;
/** Options of Node for Jest and its workers: many small garbage collections cost a tenth of their processor time. */
const FLAGS = ['--min-semi-space-size=16'];
const RUNS = [
  [`--maxWorkers=${WORKERS}`, `--testPathIgnorePatterns=${ALONE}`],
  ['--maxWorkers=2', '--selectProjects=e2e', `--testPathPatterns=${ALONE}`],
];

/**
 * Runs Jest and ends with a line `N passed, N failed`. A run without tests counts as failed, and so does a skipped
 * test.
 */
function main(): number {
  const all = RUNS.map((options) => runJest([...options, ...process.argv.slice(2)]));
  const passed = sum(all.map((results) => results?.numPassedTests ?? 0));
  const failed = sum(all.map(failuresIn));
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 && all.every((results) => (results?.numPassedTests ?? 0) > 0) ? 0 : 1;
}

/** Resolves to null when Jest leaves no results. */
function runJest(options: readonly string[]): JestResults | null {
  const folder = mkdtempSync(path.join(tmpdir(), 'tests-'));
  const file = path.join(folder, 'results.json');
  const jest = [...FLAGS, 'node_modules/jest/bin/jest.js', '--json', `--outputFile=${file}`, ...options];
  const { status } = spawnSync(process.execPath, jest, { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    const results = JSON.parse(readFileSync(file, 'utf8')) as JestResults;
    return { ...results, success: results.success && status === 0 };
  } catch {
    return null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function failuresIn(results: JestResults | null): number {
  if (results === null) return 1;
  const failed = results.numFailedTests || results.numFailedTestSuites || results.numPendingTests;
  return failed || (results.success ? 0 : 1);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

process.exitCode = main();
