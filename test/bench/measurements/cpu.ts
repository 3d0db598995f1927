import type { Figure } from '../figures';
import { expectAll } from '../http-load';
import { signUpsWithBetterAuth, startBetterAuth } from '../peers';
import { signUps } from '../people';
import { hashingMs, treeMs } from '../processor-time';
import type { Stage } from '../stage';

/** The lowest cost of bcrypt, which takes almost no time. */
const COST = 4;
/** V8 compiles code that runs often, so a process that has just started behaves differently. */
const WARM_UP_CALLS = 2_000;

/**
 * Processor time of a sign-up whose hash costs almost nothing, ours compared with better-auth's, in turns. Linux
 * only.
 */
export async function processorTime(stage: Stage): Promise<Figure[]> {
  const count = stage.size(1_000, 2_000);
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
      await mine(WARM_UP_CALLS);
      await theirs(WARM_UP_CALLS);
      for (let round = 0; round < stage.rounds; round += 1) {
        const hashedBefore = hashingMs(Number(child.pid));
        const spent = await mine(count);
        const hashed = (hashingMs(Number(child.pid)) - hashedBefore) / count;
        const others = await theirs(count);
        ours.push(spent);
        ratios.push(spent / others);
        withoutHash.push((spent - hashed) / others);
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
      figure: 'CPU of api + PostgreSQL + Redis per sign-up',
      unit: 'ms',
      target: null,
      rounds: ours,
    },
    {
      table: 'speed',
      job,
      figure: 'CPU per sign-up ÷ better-auth’s with a no-op hasher',
      unit: '',
      target: null,
      rounds: ratios,
      note: 'both with limits in Redis; a mail is a BullMQ job there and a row here; ours includes bcrypt at cost 4',
    },
    {
      table: 'speed',
      job,
      figure: 'the same, without the threads that hash',
      unit: '',
      target: { atMost: 0.4 },
      rounds: withoutHash,
    },
  ];
}

/** Processor time of these processes per call, in milliseconds. */
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
