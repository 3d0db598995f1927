import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Child } from '../../../tools/processes/child';
import { freePort } from '../../../tools/processes/ports';
import type { Figure } from '../figures';
import type { Stage } from '../stage';

const DEADLINE_MS = 30_000;

/** The time from the start of the process to the first response, and its memory at that moment. */
export async function startUp(stage: Stage): Promise<Figure[]> {
  const times: number[] = [];
  const memory: number[] = [];
  for (let round = 0; round < stage.rounds; round += 1) {
    const port = await freePort();
    const began = performance.now();
    const child = new Child('api', {
      command: process.execPath,
      args: [path.resolve(stage.checkout, 'dist/apps/api/src/main.js')],
      env: { PATH: process.env['PATH'], ...stage.env, API_PORT: String(port) },
      cwd: tmpdir(),
      lastSignal: 'KILL',
    });
    try {
      while (!(await answers(`http://127.0.0.1:${port}/livez`))) {
        if (performance.now() - began > DEADLINE_MS) throw new Error(child.tail.join('\n'));
        await pause(10);
      }
      times.push((performance.now() - began) / 1_000);
      memory.push(residentBytes(Number(child.pid)) / 1_048_576);
    } finally {
      await child.stop(10_000);
    }
  }
  const job = 'start of the api';
  return [
    {
      table: 'speed',
      job,
      figure: 'process start → /livez 200',
      unit: 's',
      target: { atMost: 0.8 },
      rounds: times,
      note: 'an absolute time: other work on the machine counts too',
    },
    {
      table: 'speed',
      job,
      figure: 'resident memory then',
      unit: 'MiB',
      target: { atMost: 110 },
      rounds: memory,
    },
  ];
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ status }) => status === 200,
    () => false,
  );

/** Source: proc(5). */
const residentBytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1_024;
