import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const FOLDER = '.data/bench';
const LOCK = 'package-lock.json';

export interface Checkout {
  readonly folder: string;
  readonly commit: string;
}

/** The build of an earlier commit, in a Git work tree that is kept for the next time. */
export function checkoutOf(revision: string): Checkout {
  const id = run('git', ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`]).trim();
  const folder = path.resolve(FOLDER, id);
  // `make clean` deletes the folder, but Git would still list it as a work tree.
  if (!existsSync(folder)) run('git', ['worktree', 'add', '--force', '--detach', folder, id]);
  if (!existsSync(path.join(folder, 'dist/apps/cli/src/main.js'))) {
    // Node also finds packages in parent folders: ours are used if the lock file is the same.
    const same = readFileSync(LOCK, 'utf8') === readFileSync(path.join(folder, LOCK), 'utf8');
    if (!same) run('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline'], folder);
    run('npm', ['run', '--silent', 'build'], folder);
  }
  return { folder, commit: `${revision} (${id.slice(0, 7)})` };
}

const run = (command: string, args: readonly string[], cwd = '.'): string =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
