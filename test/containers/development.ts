import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../tools/processes/ports';
import { docker, eventually, run } from './engine';

const ROOT = path.resolve(__dirname, '../..');
const PROJECT = 'user-registration-development-test';
const COMPILED_WITHIN_SECONDS = 300;
/** Measured on two cores: 2 s without containers, 4 to 5 s with them, and 25 s at a load of 28. */
const RELOADED_WITHIN_SECONDS = 120;
/** A source of a library, which every app needs. */
const NEEDED = 'libs/runtime/config/kinds.ts';

/** An app under a watching compiler. */
interface Watched {
  readonly folder: string;
  readonly app: string;
  /** Where it serves /metrics. */
  readonly url: string;
  /** What compiler and app have written so far. */
  readonly output: () => Promise<string>;
}

/** The files of a clone of this checkout, in a folder that can be edited. */
function copyOfTheSources(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'development-'));
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' });
  for (const file of files.split('\0').filter(Boolean)) {
    cpSync(path.join(ROOT, file), path.join(folder, file), { recursive: true });
  }
  return folder;
}

/** Edits, breaks and repairs the sources; each edit needs the port of the program before it. */
async function expectReloads({ folder, app, url, output }: Watched): Promise<void> {
  const source = path.join(folder, 'apps', app, 'src/main.ts');
  const needed = path.join(folder, NEEDED);
  const [original, kept] = [readFileSync(source, 'utf8'), readFileSync(needed)];
  const expectReload = async (name: string, withinSeconds = RELOADED_WITHIN_SECONDS): Promise<void> => {
    const editedAt = Date.now();
    writeFileSync(source, `${original}process.stdout.write('edited: ${name}\\n');\n`);
    await eventually(async () => {
      expect(await output()).toContain(`edited: ${name}\n`);
      // The edited program answers, not the one before it.
      expect(await startTime(url)).toBeGreaterThanOrEqual(Math.floor(editedAt / 1_000));
    }, withinSeconds);
    process.stdout.write(`${app}: reloaded in ${((Date.now() - editedAt) / 1_000).toFixed(1)} s\n`);
  };
  const faults = async (): Promise<number> => (await output()).split(/Found [1-9]\d* errors?/).length - 1;
  const expectFault = async (cause: () => void): Promise<void> => {
    const before = await faults();
    cause();
    await eventually(async () => expect(await faults()).toBeGreaterThan(before), RELOADED_WITHIN_SECONDS);
  };

  await eventually(() => startTime(url), COMPILED_WITHIN_SECONDS);
  await expectReload('once');
  await expectReload('again');
  await expectFault(() => writeFileSync(source, `${original}const = ;\n`));
  await expectReload('repaired');
  await expectFault(() => rmSync(needed));
  writeFileSync(needed, kept);
  // Every app and library imports it, so everything is compiled again.
  await expectReload('restored', COMPILED_WITHIN_SECONDS);
  const extra = path.join(path.dirname(source), 'extra.ts');
  writeFileSync(extra, 'export const extra = 1;\n');
  await expectReload('with one more file');
  rmSync(extra);
  await expectReload('without it');
  expect(await output()).not.toContain('EADDRINUSE');
}

/** Seconds since 1970. @throws {Error} while nothing answers */
async function startTime(url: string): Promise<number> {
  const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) });
  const [, seconds] = /^process_start_time_seconds(?:\{.*\})? (\d+)/m.exec(await answer.text()) ?? [];
  if (seconds === undefined) throw new Error(`${url}/metrics answers ${answer.status} without a start time`);
  return Number(seconds);
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
          ...['up', '--detach', '--build', '--wait', '--wait-timeout', String(COMPILED_WITHIN_SECONDS)],
        );
        await expectReloads({
          folder,
          app: 'api',
          url: `http://${await compose('port', 'api', '8000')}`,
          output: () => compose('logs', '--no-log-prefix', 'api'),
        });
      } finally {
        await compose('down', '--volumes', '--remove-orphans', '--timeout', '5');
        await docker('image', 'rm', '--force', 'user-registration:dev').catch(() => '');
      }
    }, 900_000);

    it.each([
      ['start:dev', 'api', 'API_PORT'],
      ['start:dev:worker', 'mailer-worker', 'WORKER_PORT'],
    ])(
      'picks up an edit with npm run %s',
      async (script, app, variable) => {
        symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
        const port = await freePort();
        const env = {
          PATH: process.env['PATH'],
          NODE_ENV: 'development',
          [variable]: String(port),
          // Both programs start and answer without either.
          DATABASE_HOST: '127.0.0.1',
          DATABASE_PORT: String(await freePort()),
          REDIS_HOST: '127.0.0.1',
          REDIS_PORT: String(await freePort()),
        };
        const lines: string[] = [];
        const program = spawn('npm', ['run', script], { cwd: folder, env, detached: true });
        for (const stream of [program.stdout, program.stderr])
          stream.on('data', (data) => lines.push(String(data)));
        try {
          await expectReloads({
            folder,
            app,
            url: `http://127.0.0.1:${port}`,
            output: () => Promise.resolve(lines.join('')),
          });
        } finally {
          await endGroup(program);
        }
      },
      900_000,
    );
  });
}

/** npm, the watching compiler and the program are one process group. */
async function endGroup(program: ChildProcess): Promise<void> {
  if (program.pid === undefined || program.exitCode !== null) return;
  const ended = new Promise((resolve) => program.once('close', resolve));
  process.kill(-program.pid, 'SIGTERM');
  await ended;
}
