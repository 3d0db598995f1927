import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, openSync, readFileSync, rmSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createDatabase } from '../../support/postgres';
import type { Figure } from '../figures';
import type { Stage } from '../stage';

const CHECK_INTERVAL_MS = 20;
/** bcrypt's own form, at cost 10; an import reads no password. */
const HASH = '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy';
/** Memory of the process, whatever the number of rows: V8 collects garbage when its heap has grown to this. */
const PEAK_MIB_MAX = 300;

interface Command {
  readonly seconds: number;
  readonly peakMiB: number;
}

/** `users import` and `users export` of many accounts, including the start of the command line. */
export async function operatorsFiles(stage: Stage): Promise<Figure[]> {
  const count = stage.size(100_000, 1_000_000);
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-operator-'));
  const file = path.join(folder, 'people.ndjson');
  await writePeople(file, count);
  const imports: Command[] = [];
  const exports: Command[] = [];
  try {
    for (let round = 0; round < (stage.full ? 3 : 1); round += 1) {
      const database = await createDatabase();
      imports.push(await run(['users', 'import', file, '--reason', 'bench'], database.env));
      exports.push(await run(['users', 'export'], database.env));
      await database.drop();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const figures = (job: string, runs: readonly Command[]): Figure[] => [
    {
      table: 'growth',
      job,
      figure: 'rows/s',
      unit: '',
      target: { atLeast: 20_000 },
      rounds: runs.map(({ seconds }) => count / seconds),
      note: 'an absolute rate: other work on the machine counts too',
    },
    {
      table: 'growth',
      job,
      figure: 'peak memory of the process',
      unit: 'MiB',
      target: { atMost: PEAK_MIB_MAX },
      rounds: runs.map(({ peakMiB }) => peakMiB),
    },
  ];
  const size = count.toLocaleString('en-US');
  return [
    ...figures(`users import, ${size} accounts`, imports),
    ...figures(`users export, ${size} accounts`, exports),
  ];
}

async function writePeople(file: string, count: number): Promise<void> {
  const stream = createWriteStream(file);
  for (let n = 0; n < count; n += 1) {
    const person = {
      email: `person${n}@example.com`,
      password_hash: HASH,
      activated_at: '2025-01-31T12:00:00Z',
    };
    if (!stream.write(`${JSON.stringify(person)}\n`)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
}

/** Linux only: the peak comes from the kernel (proc(5), VmHWM). */
async function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Command> {
  const nowhere = openSync('/dev/null', 'w');
  const began = performance.now();
  const child = spawn(process.execPath, [path.resolve('dist/apps/cli/src/main.js'), ...args], {
    env: { PATH: process.env['PATH'], NODE_ENV: 'test', ...env },
    cwd: tmpdir(),
    stdio: ['ignore', nowhere, 'inherit'],
  });
  const ended = once(child, 'exit');
  let peakMiB = 0;
  while (child.exitCode === null) {
    peakMiB = Math.max(peakMiB, peakOf(Number(child.pid)));
    await Promise.race([ended, pause(CHECK_INTERVAL_MS)]);
  }
  const seconds = (performance.now() - began) / 1_000;
  closeSync(nowhere);
  if (child.exitCode !== 0) throw new Error(`${args.join(' ')} ended with ${child.exitCode}`);
  return { seconds, peakMiB };
}

function peakOf(pid: number): number {
  try {
    const [, kib = '0'] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kib) / 1_024;
  } catch {
    return 0;
  }
}
