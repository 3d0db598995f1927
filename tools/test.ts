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

/** Runs Jest and closes with a line `N passed, N failed`. A run without a test has failed, and so has a skipped one. */
function main(): number {
  const folder = mkdtempSync(path.join(tmpdir(), 'tests-'));
  const file = path.join(folder, 'results.json');
  const jest = ['node_modules/jest/bin/jest.js', '--json', `--outputFile=${file}`, ...process.argv.slice(2)];
  const { status } = spawnSync(process.execPath, jest, { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    const results = JSON.parse(readFileSync(file, 'utf8')) as JestResults;
    const failed = results.numFailedTests || results.numFailedTestSuites || results.numPendingTests;
    process.stdout.write(`${results.numPassedTests} passed, ${failed} failed\n`);
    return status === 0 && results.success && failed === 0 && results.numPassedTests > 0 ? 0 : 1;
  } catch {
    process.stdout.write('0 passed, 1 failed\n');
    return 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = main();
