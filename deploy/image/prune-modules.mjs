// Keeps only those files in node_modules that Node can load on this platform.
// Usage: prune-modules.mjs NODE_MODULES
import { readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

const [folder] = process.argv.slice(2);

/** Files that no program loads: sources, types, maps, documents and tests. Licenses stay. */
const FILES =
  /\.(map|ts|mts|cts|md|markdown|flow|tsbuildinfo|c|cc|cpp|h|hpp|gyp|gypi|patch)$|^(\.package-lock\.json|\.eslintrc.*|\.npmignore|tsconfig.*\.json|CHANGELOG.*|HISTORY.*|AUTHORS.*)$/i;
const FOLDERS = new Set(['.bin', '.github', '__tests__', 'coverage']);
const LICENSE = /^(licen[cs]e|notice|copying)/i;

/** Builds of the same code for bundlers and browsers. Node resolves `require` to the other ones. */
const UNUSED = [
  'rxjs/src',
  'rxjs/dist/bundles',
  'rxjs/dist/esm',
  'rxjs/dist/esm5',
  'bullmq/dist/esm',
  'luxon/src',
  'luxon/build/amd',
  'luxon/build/es6',
  'luxon/build/global',
  'class-validator/bundles',
  'class-validator/esm5',
  'class-validator/esm2015',
  'class-transformer/bundles',
  'class-transformer/esm5',
  'class-transformer/esm2015',
  'libphonenumber-js/bundle',
  'libphonenumber-js/es6',
  'handlebars/dist/amd',
];

/** Installed as an optional peer of a production module, but never loaded at run time. */
const DEVELOPMENT = ['typescript', 'prettier', '@types'];

const sizeOf = (name) =>
  readdirSync(name, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0);
const before = sizeOf(folder);

for (const name of [...UNUSED, ...DEVELOPMENT])
  rmSync(path.join(folder, name), { recursive: true, force: true });

function prune(directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const name = path.join(directory, entry.name);
    if (entry.isDirectory()) {
      if (FOLDERS.has(entry.name)) rmSync(name, { recursive: true });
      else if (
        path.basename(directory) === 'prebuilds' &&
        entry.name !== `${process.platform}-${process.arch}`
      ) {
        rmSync(name, { recursive: true });
      } else prune(name);
    } else if (/\.musl\.node$/.test(entry.name) || (FILES.test(entry.name) && !LICENSE.test(entry.name)))
      rmSync(name);
  }
}
prune(folder);
process.stdout.write(
  `${(before / 1_048_576).toFixed(0)} MiB of modules, ${(sizeOf(folder) / 1_048_576).toFixed(0)} MiB kept\n`,
);
