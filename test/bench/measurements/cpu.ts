import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { Figure } from '../figures';
import { expectAll } from '../http-load';
import { signUps } from '../people';
import type { Stage } from '../stage';

/** Processor time of api, PostgreSQL and Redis for one sign-up whose hash costs next to nothing. Linux only. */
export async function processorTime(stage: Stage): Promise<Figure[]> {
  const count = stage.size(300, 2_000);
  const rounds: number[] = [];
  await stage.withApi({ BCRYPT_COST: '4' }, async ({ load, child }) => {
    expectAll(await load.closed(signUps(200), 4), 201);
    for (let round = 0; round < stage.rounds; round += 1) {
      const spent = (): number =>
        [child.pid, stage.redis.pid, stage.postgresPid].reduce<number>(
          (sum, pid) => sum + treeMs(Number(pid)),
          0,
        );
      const before = spent();
      expectAll(await load.closed(signUps(count), 4), 201);
      rounds.push((spent() - before) / count);
    }
  });
  return [
    {
      table: 'speed',
      job: 'register, cost 4',
      figure: 'CPU of api + PostgreSQL + Redis a sign-up',
      unit: 'ms',
      target: null,
      rounds,
      note: 'the goal is ≤ 0.40 of better-auth with a no-op hasher; better-auth is not installed here, so there is no ratio',
    },
  ];
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
