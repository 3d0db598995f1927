import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../tools/processes/ports';
import { until } from '../support/until';

/** More lines than the 64 KiB that a pipe of Linux holds, and than the process keeps. */
const REQUESTS = 6_000;
const CONCURRENT = 50;

interface Started {
  readonly api: ChildProcess;
  readonly ask: () => Promise<number>;
}

const started: ChildProcess[] = [];

afterEach(() => {
  for (const each of started.splice(0)) each.kill('SIGKILL');
});

/** An api without its dependencies, which are not needed here. @param stdout where its log goes */
async function startApi(stdout: 'pipe' | number, processes = 1): Promise<Started> {
  const port = await freePort();
  const api = spawn(process.execPath, [path.resolve('dist/apps/api/src/main.js')], {
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'test',
      API_PORT: String(port),
      DATABASE_PORT: '1',
      WEB_CONCURRENCY: String(processes),
    },
    cwd: tmpdir(),
    stdio: ['ignore', stdout, 'inherit'],
  });
  started.push(api);
  const ask = async (): Promise<number> => {
    const response = await fetch(`http://127.0.0.1:${port}/unknown`);
    await response.text();
    return response.status;
  };
  await until('the api answers', () => ask().catch(() => null), 20_000);
  return { api, ask };
}

/** Sends many requests; each writes a line. */
async function askOften(ask: Started['ask']): Promise<void> {
  let left = REQUESTS;
  const repeat = async (): Promise<void> => {
    while ((left -= 1) >= 0) expect(await ask()).toBe(404);
  };
  await Promise.all(Array.from({ length: CONCURRENT }, repeat));
}

/** Resolves to the exit status after SIGTERM; -1 if it had to be killed. */
async function end(api: ChildProcess): Promise<number> {
  const late = setTimeout(() => api.kill('SIGKILL'), 10_000);
  api.kill('SIGTERM');
  const [status] = (await once(api, 'exit')) as [number | null];
  clearTimeout(late);
  return status ?? -1;
}

describe('An api whose log cannot be written', () => {
  it('answers and shuts down gracefully while the disk is full', async () => {
    const { api, ask } = await startApi(openSync('/dev/full', 'w'));
    expect(await ask()).toBe(404);
    expect(await end(api)).toBe(0);
  });

  it('answers and shuts down gracefully while nothing reads its pipe', async () => {
    const { api, ask } = await startApi('pipe');
    await askOften(ask);
    expect(await end(api)).toBe(0);
  }, 60_000);

  it('shuts down gracefully while nothing reads the pipe of several processes, one of which was replaced', async () => {
    const { api, ask } = await startApi('pipe', 2);
    await askOften(ask);
    const children = (): number[] =>
      readFileSync(`/proc/${api.pid}/task/${api.pid}/children`, 'utf8')
        .split(' ')
        .filter(Boolean)
        .map(Number);
    const [gone = 0] = children();
    process.kill(gone, 'SIGKILL');
    await until('it is replaced', () => children().length === 2 && !children().includes(gone), 20_000);
    // The other processes log while the new one starts.
    for (let count = 0; count < 100; count += 1) {
      await ask().catch(() => null);
      await pause(20);
    }
    expect(await end(api)).toBe(0);
  }, 60_000);

  it('writes whole lines again, and how many it dropped, when something reads its pipe', async () => {
    const { api, ask } = await startApi('pipe');
    await askOften(ask);
    const lines: Record<string, unknown>[] = [];
    if (api.stdout === null) throw new Error('The pipe is missing');
    createInterface({ input: api.stdout }).on('line', (line) => {
      lines.push(JSON.parse(line) as Record<string, unknown>);
    });
    const loss = await until('the loss is logged', () =>
      lines.find(({ message }) => String(message).startsWith('Dropped')),
    );
    const dropped = Number(/\d+/.exec(String(loss['message']))?.[0]);
    await ask();
    await until(
      'the last request is logged',
      () => lines.filter(({ message }) => message === 'request').length >= REQUESTS + 2 - dropped,
    );
    expect(await end(api)).toBe(0);
  }, 60_000);
});
