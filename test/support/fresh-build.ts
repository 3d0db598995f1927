import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** The inputs of the build, and a file that every build writes. */
const SOURCES = [
  'apps',
  'libs',
  'test/support/cli-host.ts',
  'tools/bundle-dependencies.mjs',
  'package-lock.json',
  'nest-cli.json',
  'tsconfig.json',
  'tsconfig.build.json',
];
const BUILT = 'dist/apps/api/src/main.js';
/** Tests, which the build leaves out. */
const NOT_BUILT = /\.spec\.ts$|(^|\/)testing\//;

/** @throws {Error} if the programs started by the tests were built from older sources */
export function requireFreshBuild(root = process.cwd()): void {
  const built = statSync(path.join(root, BUILT), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const newer = SOURCES.flatMap((source) => filesOf(path.join(root, source))).filter(
    (file) => !NOT_BUILT.test(path.relative(root, file)) && statSync(file).mtimeMs > built,
  );
  if (newer.length === 0) return;
  const names = newer.slice(0, 3).map((file) => path.relative(root, file));
  throw new Error(
    `dist/ is older than ${names.join(', ')}: run \`npm run build\` first, or \`make test-e2e\``,
  );
}

function filesOf(place: string): string[] {
  if (!statSync(place).isDirectory()) return [place];
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}
