/*
 * Preloaded into the programs of most end-to-end tests: V8 reads the compiled code of our build and of packages from a
 * file, because compiling it is a third of the processor time of a start. Node has such a cache from version 22 on, but
 * writes it only when a process exits by itself, and most apps of the tests are killed.
 *
 * A process with CODE_CACHE_WRITE writes the file when it exits.
 */
const { existsSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const process = require('node:process');
const v8 = require('node:v8');
const vm = require('node:vm');

const ROOT = path.resolve(__dirname, '../..') + path.sep;
const BUILD = path.join(ROOT, 'dist');
const [program] = /api|mailer-worker|cli/.exec(path.relative(BUILD, process.argv[1])) ?? [];
/** The next build deletes it. */
const file = path.join(BUILD, `code-cache-${program}-${process.version}`);
/** A process that writes does not read: V8 takes code of another text of the same length for that of this one. */
const writes = process.env.CODE_CACHE_WRITE !== undefined;
const compiled = !writes && existsSync(file) ? v8.deserialize(readFileSync(file)) : new Map();
const scripts = new Map();

/**
 * V8 of Node 20 cannot `import()` from cached code. In the bundle of dependencies, only parts of Nest that are not
 * installed do that.
 */
const isCached = (filename, content, format) =>
  format !== 'module' &&
  filename.startsWith(ROOT) &&
  (filename.endsWith('dependencies.js') || !content.includes('import('));

const { _compile: compile } = Module.prototype;
Module.prototype._compile = function (content, filename, format, ...rest) {
  if (!isCached(filename, content, format)) return compile.call(this, content, filename, format, ...rest);
  // The command line of the tests loads its modules again for each command.
  const known = scripts.get(filename);
  const script =
    known ?? new vm.Script(Module.wrap(content), { filename, cachedData: compiled.get(filename) });
  scripts.set(filename, script);
  const run = script.runInThisContext();
  return run.call(
    this.exports,
    this.exports,
    Module.createRequire(filename),
    this,
    filename,
    path.dirname(filename),
  );
};

// V8 rejects code that was compiled with other flags. The api changes one that limits its memory while it loads, which
// the flags of these tests overrule.
v8.setFlagsFromString = () => {};

if (writes) {
  process.once('exit', () => {
    const data = [...scripts].map(([filename, script]) => [filename, script.createCachedData()]);
    const unfinished = `${file}.${process.pid}`;
    writeFileSync(unfinished, v8.serialize(new Map(data)));
    renameSync(unfinished, file);
  });
}
