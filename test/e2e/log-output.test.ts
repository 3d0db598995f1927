import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../tools/processes/ports';
import { pipeline } from '../support/raw-http';
import { until } from '../support/until';

/** Their lines are longer than the 64 KiB that a pipe of Linux holds, and than the million characters that a process keeps. */
const ROUNDS = 9;
const CONNECTIONS = 10;
const REQUESTS_EACH = 50;
const REQUESTS = ROUNDS * CONNECTIONS * REQUESTS_EACH;
/** The longest accepted request id makes the longest line: 287 characters. */
const HEAD = `GET /unknown HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: ${'x'.repeat(64)}\r\n`;

const HEADS = Array<string>(REQUESTS_EACH).fill(HEAD);
/** They fill the pipe, and the processes keep the rest. */
const ROUNDS_OF_SEVERAL = 3;

interface Started {
  readonly api: ChildProcess;
  readonly ask: () => Promise<number>;
  /** Sends the requests of that many rounds; each writes a line. */
  readonly askOften: (rounds?: number) => Promise<void>;
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
  const askOften = async (rounds = ROUNDS): Promise<void> => {
    for (let round = 0; round < rounds; round += 1) {
      const asked = Array.from({ length: CONNECTIONS }, () => pipeline(port, HEADS));
      for (const answers of await Promise.all(asked)) {
        expect(answers.filter((answer) => answer.startsWith('HTTP/1.1 404 '))).toHaveLength(REQUESTS_EACH);
      }
    }
  };
  await until('the api answers', () => ask().catch(() => null), 20_000);
  return { api, ask, askOften };
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
    const { api, askOften } = await startApi('pipe');
    await askOften();
    expect(await end(api)).toBe(0);
  }, 60_000);

  it('shuts down gracefully while nothing reads the pipe of several processes, one of which was replaced', async () => {
    const { api, ask, askOften } = await startApi('pipe', 2);
    await askOften(ROUNDS_OF_SEVERAL);
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
    const { api, ask, askOften } = await startApi('pipe');
    await askOften();
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
