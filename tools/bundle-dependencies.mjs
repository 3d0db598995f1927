// Packs the dependencies that the programs load into one file, DIST/node_modules/dependencies.js, because finding and
// reading their 1,000 files takes half of a start (docs/decisions/0029). Each package keeps its name:
// DIST/node_modules/@nestjs/core.js hands out its part. Without that folder, Node loads the packages themselves.
// Usage: bundle-dependencies.mjs DIST
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

/** Packages that stay in node_modules: bcrypt is a binary, and the api does not load the others when it starts. */
const UNBUNDLED = new Set([
  'bcrypt',
  'bullmq',
  'handlebars',
  'lodash',
  'nodemailer',
  'postal-mime',
  'typescript',
]);

const dist = path.resolve(process.argv[2]);
const folder = path.join(dist, 'node_modules');
const file = path.join(folder, 'dependencies.js');
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

const packageOf = (name) => name.match(/^(@[^/]+\/)?[^/]+/)[0];

/** Names in `require(…)` of the compiled programs, such as `@nestjs/core` or `nodemailer/lib/smtp-connection`. */
function requiredNames() {
  const names = readdirSync(dist, { recursive: true })
    .filter((name) => name.endsWith('.js'))
    .map((name) => readFileSync(path.join(dist, name), 'utf8'))
    .flatMap((source) => [...source.matchAll(/\brequire\("([^."][^"]*)"\)/g)].map(([, name]) => name))
    // A second copy of Nest would not know the classes of the first, so even its test module is bundled.
    .filter((name) => name.startsWith('@nestjs/') || packageOf(name) in dependencies)
    .filter((name) => !UNBUNDLED.has(packageOf(name)));
  return [...new Set(names)].sort();
}

/** Leaves to Node what is not bundled, or not installed (an optional part of a package). */
const leaveToNode = {
  name: 'leave-to-node',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^[^./]/ }, async ({ path: name, kind, importer, resolveDir, pluginData }) => {
      if (pluginData === leaveToNode) return undefined;
      const options = { kind, importer, pluginData: leaveToNode };
      const found = await resolve(name, { ...options, resolveDir });
      if (found.errors.length > 0) return { external: true };
      // A package with a version of its own below another package is not what Node would find from the bundle.
      return UNBUNDLED.has(packageOf(name)) &&
        found.path === (await resolve(name, { ...options, resolveDir: dist })).path
        ? { external: true }
        : undefined;
    });
  },
};

/**
 * Lets `keepNames` define the name of a function only if esbuild has changed it: it would do that for every closure that
 * a request makes, which takes a twelfth of the main thread's time.
 */
function cheapNames(bundle) {
  const define = '__name=(target,value)=>';
  if (!bundle.includes(define)) throw new Error('esbuild no longer has the helper that is replaced here');
  return bundle.replace(define, () => `${define}target.name===value?target:`);
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const names = requiredNames();
const { outputFiles } = await build({
  stdin: {
    contents: names.map((name) => `exports[${JSON.stringify(name)}] = () => require('${name}');`).join('\n'),
    resolveDir: dist,
  },
  outfile: file,
  write: false,
  bundle: true,
  platform: 'node',
  target: 'node20',
  // Only Node's own conditions: by default esbuild also prefers the `module` builds, which Node does not.
  conditions: ['node-addons'],
  // V8 keeps the source in memory, so white space goes; names stay for logs and stack traces.
  minifyWhitespace: true,
  // Node prints the line of an uncaught error.
  lineLimit: 160,
  keepNames: true,
  legalComments: 'none',
  banner: { js: 'const bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
  define: { 'import.meta.url': 'bundleUrl' },
  plugins: [leaveToNode],
  logLevel: 'warning',
});
writeFileSync(file, cheapNames(outputFiles[0].text));
for (const name of names) {
  const part = path.join(folder, `${name}.js`);
  mkdirSync(path.dirname(part), { recursive: true });
  const bundle = path.relative(path.dirname(part), file);
  writeFileSync(part, `module.exports = require('./${bundle}')[${JSON.stringify(name)}]();\n`);
}
