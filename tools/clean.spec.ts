import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const SCRIPT = path.resolve('tools/clean.sh');

let folder: string;
let other: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'clean-'));
  for (const place of ['.data/postgres', 'dist']) mkdirSync(path.join(folder, place), { recursive: true });
});
afterEach(() => {
  other?.kill('SIGKILL');
  other = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const clean = () => spawnSync('bash', [SCRIPT], { cwd: folder, encoding: 'utf8' });

/** Starts a process with this in its command line, and writes its id to the file. */
async function running(file: string, command: string): Promise<number> {
  other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', command], { stdio: 'ignore' });
  await once(other, 'spawn');
  writeFileSync(path.join(folder, file), `${other.pid}\n${folder}\n`);
  return Number(other.pid);
}

describe('make clean', () => {
  it.each([
    ['make run', '.data/run.pid', 'dist/tools/run.js', (pid: number) => `kill ${pid}`],
    [
      'a PostgreSQL that make run has left',
      '.data/postgres/postmaster.pid',
      'postgres -D x',
      (pid: number) => `kill -INT ${pid}`,
    ],
  ])('stops and explains what to do while %s is running', async (_what, file, command, advice) => {
    const pid = await running(file, command);
    const { status, stderr } = clean();
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(advice(pid)) });
    expect(existsSync(path.join(folder, '.data'))).toBe(true);
    expect(existsSync(path.join(folder, 'dist'))).toBe(true);
  });

  it.each(['1', '4194305', '', 'x'])('deletes everything if run.pid contains "%s"', (pid) => {
    writeFileSync(path.join(folder, '.data/run.pid'), pid);
    expect(clean()).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(path.join(folder, '.data'))).toBe(false);
    expect(existsSync(path.join(folder, 'dist'))).toBe(false);
  });
});
