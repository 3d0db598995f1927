import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { licenseFaults, originFaults, type LockFile } from './check/lock-file';
import { openApiFaults, withDocuments } from './check/openapi';

interface Check {
  readonly name: string;
  /** Resolves to the faults, in lines for a person; empty if there are none. */
  run(): Promise<string>;
}

/** As many concurrent checks as the smallest supported machine has cores. */
const CONCURRENT = 2;

/** Maximum output of one program, in bytes. */
const OUTPUT_BYTES_MAX = 16 * 1_048_576;

/** `make check` installs programs that only these checks need, in their own folder. */
const OWN = 'tools/check/node_modules/.bin';

/** The longest first, so that the others run at the same time. */
const CHECKS: readonly Check[] = [
  command('lint', `${OWN}/eslint`, '.', '--max-warnings=0'),
  command('types', 'tsc', '--noEmit'),
  command('format', `${OWN}/prettier`, '--check', '--log-level=warn', '.'),
  command('unused code', `${OWN}/knip`),
  command('boundaries', `${OWN}/depcruise`, 'apps', 'libs', 'test', 'tools'),
  faults('OpenAPI', openApiFaults),
  documents('OpenAPI rules', 'tools/check/openapi-rules.mjs'),
  documents('OpenAPI clients', 'tools/check/openapi-clients.mjs'),
  command(
    'client',
    `${OWN}/openapi-typescript`,
    'docs/openapi.json',
    '-o',
    'docs/client/schema.d.ts',
    '--check',
  ),
  command('English', process.execPath, 'tools/check/prose.mjs'),
  command('manifests', process.execPath, 'tools/check/manifests.mjs'),
  command('workflows', process.execPath, 'tools/check/workflows.mjs'),
  // Manifests, compose files, image and documents compared with the code.
  command('deployment', 'jest', '--selectProjects', 'deploy', '--silent'),
  faults('lock file', async () => [
    ...originFaults(await lockFile('package-lock.json')),
    ...originFaults(await lockFile('tools/check/package-lock.json')),
  ]),
  faults('licenses', async () => licenseFaults(await lockFile('package-lock.json'))),
];

/** `make check`: runs every check, even if some fail, and shows all faults. */
async function main(): Promise<void> {
  const waiting = [...CHECKS];
  const runNext = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) await report(check);
  };
  await Promise.all(Array.from({ length: CONCURRENT }, runNext));
}

async function report(check: Check): Promise<void> {
  const started = performance.now();
  const found = await check.run().catch((error: unknown) => String(error));
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  process.stdout.write(`${found === '' ? 'ok    ' : 'FAILED'} ${check.name.padEnd(15)} ${seconds} s\n`);
  if (found === '') return;
  process.stdout.write(`${found}\n`);
  process.exitCode = 1;
}

/** A program of node_modules, or one given by its path; its output is shown if it fails. */
function command(name: string, program: string, ...args: readonly string[]): Check {
  const file = program.includes('/') ? program : `node_modules/.bin/${program}`;
  return {
    name,
    run: () =>
      promisify(execFile)(file, args, { maxBuffer: OUTPUT_BYTES_MAX }).then(
        () => '',
        (error: unknown) => {
          const { stdout, stderr, message } = error as Error & { stdout: string; stderr: string };
          return `${stdout}${stderr}`.trim() || message;
        },
      ),
  };
}

/** A script that checks OpenAPI documents: the committed one, and that of concealed mode. */
function documents(name: string, script: string): Check {
  return {
    name,
    run: () => withDocuments((files) => command(name, process.execPath, script, ...files).run()),
  };
}

function faults(name: string, find: () => Promise<readonly string[]>): Check {
  return { name, run: async () => (await find()).map((fault) => `  ${fault}`).join('\n') };
}

const lockFile = async (name: string): Promise<LockFile> =>
  JSON.parse(await readFile(name, 'utf8')) as LockFile;

void main();
