import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { transformFileSync } from '@swc/core';
import { until } from '../../test/support/until';
import { Child } from './child';
import { commandLineOf } from './command-line';

const run = (script: string, onLine?: (line: string) => void): Child =>
  new Child('script', {
    command: process.execPath,
    args: ['-e', script],
    lastSignal: 'KILL',
    ...(onLine ? { onLine } : {}),
  });

const forever = 'setInterval(() => {}, 1000);';

describe('A child', () => {
  it('keeps its last lines and returns its exit status', async () => {
    const child = run("for (let i = 0; i < 30; i += 1) console.log('line ' + i); process.exitCode = 7;");
    expect(await child.exit()).toBe(7);
    expect(child.running).toBe(false);
    expect(child.tail).toHaveLength(20);
    expect(child.tail.at(-1)).toBe('line 29');
  });

  it('is asked to end, and killed if it does not', async () => {
    const ready: string[] = [];
    const stubborn = run(`process.on('SIGTERM', () => {}); console.log('ready'); ${forever}`, (line) =>
      ready.push(line),
    );
    await until('it is ready', () => ready.length > 0);
    expect(await stubborn.stop(100)).toBe(1);
  });

  it('ends the processes that it started', async () => {
    const lines: string[] = [];
    const parent = run(
      `const { pid } = require('node:child_process').spawn(process.execPath, ['-e', '${forever}']); console.log(pid); ${forever}`,
      (line) => lines.push(line),
    );
    const grandchild = Number(await until('the grandchild runs', () => lines[0]));
    parent.signal('SIGKILL');
    await parent.exit();
    await until('the grandchild is gone', () => !isAlive(grandchild));
  });

  it('that is missing fails like any other', async () => {
    const missing = new Child('missing', { command: 'no-such-program-anywhere', args: [] });
    expect(await missing.exit()).toBe(127);
    expect(missing.tail.join()).toContain('ENOENT');
  });

  it('dies with its parent, even if that is killed', async () => {
    // A stand-in for us: it has a watchdog for its own program, and is killed.
    const { code } = transformFileSync(path.join(__dirname, 'watchdog.ts'), {
      jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
      module: { type: 'commonjs' },
    });
    const script = `${code}
      const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, ['-e', '${forever}'], { detached: true, stdio: 'ignore' });
      exports.watchdog(child.pid, 'KILL');
      console.log(child.pid);
      ${forever}`;
    const us = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface({ input: us.stdout }), 'line')) as [string];
    const child = Number(line);
    expect(isAlive(child)).toBe(true);
    us.kill('SIGKILL');
    await until('the child is gone', () => !isAlive(child));
  });
});

const isAlive = (pid: number): boolean => commandLineOf(pid) !== '';
