import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../tools/processes/ports';
import { docker, eventually, run } from './engine';

const ROOT = path.resolve(__dirname, '../..');
const PROJECT = 'user-registration-development-test';
const COMPILED_WITHIN_SECONDS = 300;
/** Measured on two cores at a load of 10: 2 s without containers, 6 to 9 s with them. */
const RELOADED_WITHIN_SECONDS = 60;
const SOURCE = 'apps/api/src/docs/openapi.ts';
const SENTENCE = 'Register with email and password, read the code';

/** The files of a clone of this checkout, in a folder that can be edited. */
function copyOfTheSources(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'development-'));
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' });
  for (const file of files.split('\0').filter(Boolean)) {
    cpSync(path.join(ROOT, file), path.join(folder, file), { recursive: true });
  }
  return folder;
}

const answersWith = async (api: string, sentence: string): Promise<void> => {
  const answer = await fetch(`${api}/docs-json`, { signal: AbortSignal.timeout(5_000) });
  const { info } = (await answer.json()) as { info: { description: string } };
  if (!info.description.includes(sentence))
    throw new Error(`It still says: ${info.description.slice(0, 80)}`);
};

/** Edits the sources twice and expects each edit in the responses: the second program needs the port of the first. */
async function expectReloads(folder: string, api: string): Promise<void> {
  await eventually(() => answersWith(api, SENTENCE), COMPILED_WITHIN_SECONDS);
  const file = path.join(folder, SOURCE);
  const original = readFileSync(file, 'utf8');
  for (const edited of ['First edit', 'Second edit']) {
    writeFileSync(file, original.replace(SENTENCE, edited));
    const since = performance.now();
    await eventually(() => answersWith(api, edited), RELOADED_WITHIN_SECONDS);
    process.stdout.write(`reloaded in ${((performance.now() - since) / 1_000).toFixed(1)} s\n`);
  }
}

export function describeDevelopment(): void {
  describe('development', () => {
    let folder: string;

    beforeEach(() => {
      folder = copyOfTheSources();
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it('picks up an edit in containers', async () => {
      writeFileSync(
        path.join(folder, '.env'),
        `API_PORT=${await freePort()}\nINBOX_PORT=${await freePort()}\n`,
      );
      const compose = (...args: readonly string[]): Promise<string> =>
        run(
          'docker',
          ['compose', '-p', PROJECT, '-f', 'docker-compose.yml', '-f', 'docker-compose.dev.yml', ...args],
          { cwd: folder, env: { VERSION: 'test' } },
        );
      try {
        await compose(
          'up',
          '--detach',
          '--build',
          '--wait',
          '--wait-timeout',
          String(COMPILED_WITHIN_SECONDS),
        );
        await expectReloads(folder, `http://${await compose('port', 'api', '8000')}`);
        expect(await compose('logs', 'api')).not.toContain('EADDRINUSE');
      } finally {
        await compose('down', '--volumes', '--remove-orphans', '--timeout', '5');
        await docker('image', 'rm', '--force', 'user-registration:dev').catch(() => '');
      }
    }, 900_000);

    it('picks up an edit with npm run start:dev', async () => {
      symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
      const port = await freePort();
      const env = {
        PATH: process.env['PATH'],
        NODE_ENV: 'development',
        API_PORT: String(port),
        // The documents need neither of them.
        DATABASE_HOST: '127.0.0.1',
        DATABASE_PORT: String(await freePort()),
        REDIS_HOST: '127.0.0.1',
        REDIS_PORT: String(await freePort()),
      };
      const lines: string[] = [];
      const program = spawn('npm', ['run', 'start:dev'], { cwd: folder, env, detached: true });
      for (const stream of [program.stdout, program.stderr])
        stream.on('data', (data) => lines.push(String(data)));
      try {
        await expectReloads(folder, `http://127.0.0.1:${port}`);
        expect(lines.join('')).not.toContain('EADDRINUSE');
      } finally {
        await endGroup(program);
      }
    }, 900_000);
  });
}

/** npm, the watching compiler and the program are one process group. */
async function endGroup(program: ChildProcess): Promise<void> {
  if (program.pid === undefined || program.exitCode !== null) return;
  const ended = new Promise((resolve) => program.once('close', resolve));
  process.kill(-program.pid, 'SIGTERM');
  await ended;
}
