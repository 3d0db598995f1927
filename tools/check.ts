import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { licenceFaults, originFaults, type LockFile } from './check/lock-file';
import { openApiFaults } from './check/openapi';

interface Check {
  readonly name: string;
  /** Resolves to what is wrong, in lines for a person; to nothing when all is well. */
  run(): Promise<string>;
}

/** As many at once as the smallest machine that this is promised for has cores. */
const AT_ONCE = 2;

/** The longest first, so that the others run beside it. */
const CHECKS: readonly Check[] = [
  command('lint', 'eslint', '.', '--max-warnings=0'),
  command('types', 'tsc', '--noEmit'),
  command('format', 'prettier', '--check', '--log-level=warn', '.'),
  command('unused code', 'knip'),
  command('boundaries', 'depcruise', 'apps', 'libs', 'test', 'tools'),
  faults('OpenAPI', openApiFaults),
  command('client', 'openapi-typescript', 'docs/openapi.json', '-o', 'docs/client/schema.d.ts', '--check'),
  // Manifests, compose file, image and documents against their schemas and against the code.
  command('deployment', 'jest', '--selectProjects', 'deploy', '--silent'),
  faults('lock file', async () => originFaults(await lockFile())),
  faults('licences', async () => licenceFaults(await lockFile())),
];

/** `make check`: runs every check, however many fail, and shows what each has found. */
async function main(): Promise<void> {
  const waiting = [...CHECKS];
  const lane = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) await report(check);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

async function report(check: Check): Promise<void> {
  const started = performance.now();
  const found = await check.run().catch((error: unknown) => String(error));
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  process.stdout.write(`${found === '' ? 'ok    ' : 'FAILED'} ${check.name.padEnd(12)} ${seconds} s\n`);
  if (found === '') return;
  process.stdout.write(`${found}\n`);
  process.exitCode = 1;
}

/** A program of node_modules; what it writes is shown when it fails. */
function command(name: string, program: string, ...args: readonly string[]): Check {
  return {
    name,
    run: () =>
      new Promise((resolve, reject) => {
        const child = spawn(`node_modules/.bin/${program}`, args, { stdio: ['ignore', 'pipe', 'pipe'] });
        const output: Buffer[] = [];
        for (const stream of [child.stdout, child.stderr]) {
          stream.on('data', (chunk: Buffer) => output.push(chunk));
        }
        child.once('error', reject);
        child.once('close', (status) => {
          const said = Buffer.concat(output).toString().trim();
          resolve(status === 0 ? '' : said || `${program} ended with status ${status ?? 'unknown'}`);
        });
      }),
  };
}

function faults(name: string, find: () => Promise<readonly string[]>): Check {
  return { name, run: async () => (await find()).map((fault) => `  ${fault}`).join('\n') };
}

const lockFile = async (): Promise<LockFile> =>
  JSON.parse(await readFile('package-lock.json', 'utf8')) as LockFile;

void main();
