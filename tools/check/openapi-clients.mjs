// Generates clients from OpenAPI documents with three generators, and prints where they do not compile under `strict`.
//   openapi-clients.mjs DOCUMENT...
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const HERE = import.meta.dirname ?? '.';
/** Time limit of one program, in milliseconds. */
const TIMEOUT_MS = 120_000;

const folder = await mkdtemp(path.join(tmpdir(), 'openapi-clients-'));
const run = (program, ...args) =>
  promisify(execFile)(path.join(HERE, 'node_modules/.bin', program), args, {
    cwd: folder,
    timeout: TIMEOUT_MS,
    env: { ...process.env, NO_COLOR: '1', DO_NOT_TRACK: '1' },
  });

try {
  for (const [index, file] of process.argv.slice(2).entries()) {
    const document = path.resolve(file);
    const out = (name) => `./document-${index}/${name}`;
    await run(
      'openapi-ts',
      '-i',
      document,
      '-o',
      out('hey-api'),
      '-c',
      '@hey-api/client-fetch',
      '--no-log-file',
    );
    await run('orval', '--input', document, '--output', out('orval.ts'), '--client', 'fetch');
    await run('openapi-typescript', document, '-o', out('openapi-typescript.d.ts'));
  }
  await writeFile(
    path.join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        strict: true,
        noEmit: true,
        target: 'ES2023',
        module: 'esnext',
        moduleResolution: 'bundler',
        lib: ['ES2023', 'DOM', 'DOM.Iterable'],
        types: [],
      },
      include: ['.'],
    }),
  );
  await run('tsc', '--project', 'tsconfig.json');
} catch (error) {
  process.stdout.write(`${error.stdout ?? ''}${error.stderr ?? ''}${error.stdout ? '' : error.message}\n`);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
