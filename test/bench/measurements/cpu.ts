import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { Figure } from '../figures';
import { expectAll } from '../http-load';
import { signUpsWithBetterAuth, startBetterAuth } from '../peers';
import { signUps } from '../people';
import { bareBcrypt } from './hashing';
import type { Stage } from '../stage';

/** Next to no work, and the least that bcrypt does. */
const COST = 4;

/** Processor time of a sign-up whose hash costs next to nothing, ours compared with better-auth's, turn by turn. Linux only. */
export async function processorTime(stage: Stage): Promise<Figure[]> {
  const count = stage.size(200, 2_000);
  const ours: number[] = [];
  const ratios: number[] = [];
  const withoutHash: number[] = [];
  const peer = await startBetterAuth(stage.redis.port, 0);
  try {
    await stage.withApi({ BCRYPT_COST: String(COST) }, async ({ load, child }) => {
      const mine = (calls: number): Promise<number> =>
        msOf([child.pid, stage.redis.pid, stage.postgresPid], calls, async () => {
          expectAll(await load.closed(signUps(calls), 4), 201);
        });
      const theirs = (calls: number): Promise<number> =>
        msOf([peer.pid, stage.redis.pid, stage.postgresPid], calls, async () => {
          expectAll(await peer.load.closed(signUpsWithBetterAuth(calls), 4), 200);
        });
      // V8 compiles what is often run: a process that has just started is another one.
      await mine(2 * count);
      await theirs(2 * count);
      for (let round = 0; round < stage.rounds; round += 1) {
        const spent = await mine(count);
        const others = await theirs(count);
        const { cpuMs } = await bareBcrypt({ cost: COST, count });
        ours.push(spent);
        ratios.push(spent / others);
        withoutHash.push((spent - cpuMs) / others);
      }
    });
  } finally {
    await peer.stop();
  }
  const job = `register, cost ${COST}`;
  return [
    {
      table: 'speed',
      job,
      figure: 'CPU of api + PostgreSQL + Redis a sign-up',
      unit: 'ms',
      target: null,
      rounds: ours,
    },
    {
      table: 'speed',
      job,
      figure: 'CPU a sign-up ÷ better-auth’s with a no-op hasher',
      unit: '',
      target: { atMost: 0.4 },
      rounds: ratios,
      note: 'both with limits in Redis; a mail is a job in BullMQ there, a row here; ours with bcrypt at cost 4 as well',
    },
    {
      table: 'speed',
      job,
      figure: 'the same, less the processor time of bcrypt alone',
      unit: '',
      target: null,
      rounds: withoutHash,
    },
  ];
}

/** Milliseconds of processor time of these processes for each call. */
export async function msOf(
  pids: readonly (number | undefined)[],
  calls: number,
  work: () => Promise<void>,
): Promise<number> {
  const spent = (): number => pids.reduce<number>((sum, pid) => sum + treeMs(Number(pid)), 0);
  const before = spent();
  await work();
  return (spent() - before) / calls;
}

/** Milliseconds of the process, of its living children, and of those that have ended. */
function treeMs(pid: number): number {
  const own = statOf(pid);
  if (own === null) return 0;
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat?.parent === pid);
  const ticks = own.own + own.ended + children.reduce((sum, child) => sum + (child?.own ?? 0), 0);
  return (ticks * 1_000) / TICKS_PER_SECOND;
}

/** Ticks of `/proc/PID/stat`: fields 14 to 17 of proc(5), counted after the name, which may hold anything. */
function statOf(pid: number): { parent: number; own: number; ended: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [user, system, endedUser, endedSystem] = fields.slice(11, 15) as [number, number, number, number];
    return { parent: fields[1] ?? 0, own: user + system, ended: endedUser + endedSystem };
  } catch {
    return null;
  }
}

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
