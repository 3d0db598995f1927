import { setTimeout as pause } from 'node:timers/promises';
import { CountingProxy } from '../counting-proxy';
import { median, type Figure } from '../figures';
import type { HttpLoad } from '../http-load';
import { signUp, signUps } from '../people';
import { answeringMs, treeMs } from '../processor-time';
import type { RunningApi, Stage } from '../stage';

/** One hash occupies a core for seconds, so almost all requests meanwhile are refused. */
const FULL_COST = 15;
/** More sign-ups than an otherwise empty queue accepts from one client. */
const FILLERS = 8;
const CALLS = 21;
/** Share of the calls that may get another response. */
const OTHERS_MAX = 0.01;

/**
 * Cost of a sign-up that is shed because the hashing queue is full, compared with a registered one whose hash costs
 * almost nothing; neither includes the hashing threads. Linux only.
 */
export async function shedding(stage: Stage): Promise<Figure[]> {
  const count = stage.size(2_000, 5_000);
  const redis = await CountingProxy.start(stage.redis.port);
  const postgres = await CountingProxy.start(Number(stage.database.env['DATABASE_PORT']));
  const counted = { REDIS_PORT: String(redis.port), DATABASE_PORT: String(postgres.port) };
  const trips = (): number => redis.roundTrips + postgres.roundTrips;
  const ratios: number[] = [];
  const each: number[] = [];
  try {
    await stage.withApi({ BCRYPT_COST: '4' }, (registering) =>
      stage.withApi({ BCRYPT_COST: String(FULL_COST), ...counted }, async (full) => {
        const registered = (): Promise<number> => msPerCall(stage, registering, count, 201);
        const refused = (): Promise<number> => msPerCall(stage, full, 2 * count, 503);
        await registered();
        await whileFull(full.load, async () => {
          await refused();
          for (let round = 0; round < stage.rounds; round += 1)
            ratios.push((await refused()) / (await registered()));
          for (const call of signUps(CALLS)) {
            const before = trips();
            await full.load.call(call);
            each.push(trips() - before);
          }
        });
      }),
    );
  } finally {
    redis.stop();
    postgres.stop();
  }
  const job = 'a sign-up shed for lack of capacity';
  return [
    {
      table: 'speed',
      job,
      figure: 'processor time ÷ a sign-up’s with the hash removed',
      unit: '',
      target: { atMost: 0.15 },
      rounds: ratios,
    },
    {
      table: 'speed',
      job,
      figure: 'trips to Redis and PostgreSQL',
      unit: '',
      target: { exactly: 0 },
      rounds: [median(each)],
    },
  ];
}

/** Processor time per call of everything except the hashing threads, in milliseconds. */
async function msPerCall(
  stage: Stage,
  { load, child }: RunningApi,
  count: number,
  status: number,
): Promise<number> {
  const spent = (): number =>
    answeringMs(Number(child.pid)) + treeMs(Number(stage.redis.pid)) + treeMs(Number(stage.postgresPid));
  const before = spent();
  const replies = await load.closed(signUps(count), 4);
  // A place in the queue becomes free occasionally, and the next call may get it.
  const others = replies.filter((reply) => reply.status !== status).length;
  if (others > OTHERS_MAX * count) throw new Error(`${others} of ${count} answers were not ${status}`);
  return (spent() - before) / count;
}

/** Runs the work while the hashing queue accepts no more from this client. */
async function whileFull(load: HttpLoad, work: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const filling = Array.from({ length: FILLERS }, async () => {
    while (!stop.signal.aborted) {
      const { status } = await load.call(signUp());
      if (status === 503) await pause(20);
    }
  });
  try {
    await pause(500);
    await work();
  } finally {
    stop.abort();
    await Promise.all(filling);
  }
}
