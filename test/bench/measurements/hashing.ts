import { availableParallelism } from 'node:os';
import { hash } from 'bcrypt';
import { percentile, steadyRate, type Figure } from '../figures';
import { expectAll, type Call, type HttpLoad } from '../http-load';
import { signUpsWithBetterAuth, startBetterAuth, type BetterAuth } from '../peers';
import { activations, FROM_MANY, PASSWORD, signUps } from '../people';
import type { BareBcrypt, BcryptTimes } from '../programs/bare-bcrypt';
import { runProgram } from '../programs/program';
import type { RunningApi, Stage } from '../stage';

export const COST = 12;
const CORES = availableParallelism();
/** More than the slots, so that none is ever idle, and fewer than the queue accepts. */
const CLIENTS = 3 * CORES;
const LIVEZ: Call = { method: 'GET', path: '/livez' };

export const bareBcrypt = (options: Partial<BareBcrypt>): Promise<BcryptTimes> =>
  runProgram('bare-bcrypt', { work: 'hash', cost: COST, count: 6 * CORES, concurrency: CORES, ...options });

/**
 * Sign-ups and activations with every slot taken, compared with bcrypt alone on as many threads, in turns; the full
 * form also measures better-auth.
 */
export async function saturation(stage: Stage): Promise<Figure[]> {
  const count = stage.size(16, 24) * CORES;
  const passwordHash = await hash(PASSWORD, COST);
  const registered: number[] = [];
  const activated: number[] = [];
  const livez: number[] = [];
  const peers: number[] = [];
  const peer = stage.full ? await warmBetterAuth(stage) : null;
  // The accounts to be activated have one hash, so that its password would be remembered for all of them.
  const strangers = { BCRYPT_COST: String(COST), PASSWORD_MEMORY_SECONDS: '0', ...FROM_MANY };
  await stage
    .withApi(strangers, async ({ load }) => {
      await warmUp(load);
      for (let round = 0; round < stage.rounds; round += 1) {
        const hashes = await bareBcrypt({ count });
        registered.push((await perSecond(load, signUps(count), 201)) / hashes.perSecond);
        if (peer !== null) {
          // It has no limit: it hashes with every thread of its pool.
          const theirs = await perSecond(peer.load, signUpsWithBetterAuth(count), 200, CORES + 2);
          peers.push(theirs / hashes.perSecond);
        }
        const compares = await bareBcrypt({ work: 'compare', count });
        const calls = await activations(stage.database.sql, count, passwordHash);
        activated.push((await perSecond(load, calls, 200)) / compares.perSecond);
        // Measured separately, because a hundred probes per second use the cores, too.
        const stop = new AbortController();
        const probing = load.probe(LIVEZ, 10, stop.signal);
        expectAll(await load.closed(signUps(count), CLIENTS), 201);
        stop.abort();
        livez.push(percentile(await probing, 99));
      }
    })
    .finally(() => peer?.stop());
  return [
    {
      table: 'speed',
      job: `register, cost ${COST}, saturated`,
      figure: 'sign-ups/s ÷ bare bcrypt hashes/s',
      unit: '',
      target: { atLeast: 0.97 },
      rounds: registered,
    },
    ...(peer === null ? [] : [comparedWithBetterAuth(peers)]),
    {
      table: 'speed',
      job: 'activate, of people new to this process, saturated',
      figure: 'activations/s ÷ bare bcrypt compares/s',
      unit: '',
      target: { atLeast: 0.97 },
      rounds: activated,
    },
    {
      table: 'speed',
      job: 'probe during saturated sign-ups',
      figure: 'p99 of /livez',
      unit: 'ms',
      target: { atMost: 10 },
      rounds: livez,
      note: 'an absolute time: other work on the machine counts too',
    },
  ];
}

const comparedWithBetterAuth = (rounds: number[]): Figure => ({
  table: 'speed',
  job: `better-auth, cost ${COST}, saturated`,
  figure: 'sign-ups/s ÷ bare bcrypt hashes/s',
  unit: '',
  target: null,
  rounds,
});

async function warmBetterAuth(stage: Stage): Promise<BetterAuth> {
  const peer = await startBetterAuth(stage.redis.port, COST);
  expectAll(await peer.load.closed(signUpsWithBetterAuth(2 * CORES), CORES), 200);
  return peer;
}

/** Lets V8 compile the code of a sign-up; all but two are refused before their password is hashed. */
export async function warmUp(load: HttpLoad): Promise<void> {
  const refused = signUps(300).map((call) => ({ ...call, body: { email: 'kevin', password: PASSWORD } }));
  expectAll(await load.closed(refused, 4), 400);
  expectAll(await load.closed(signUps(2 * CORES), CORES), 201);
}

async function perSecond(
  load: HttpLoad,
  calls: readonly Call[],
  status: number,
  slots = CORES,
): Promise<number> {
  const replies = await load.closed(calls, CLIENTS);
  expectAll(replies, status);
  return steadyRate(
    replies.map(({ endedAt }) => endedAt),
    slots,
  );
}

/** Far more sign-ups than the cores can hash, and a burst on an idle service. */
export async function overload(stage: Stage): Promise<Figure[]> {
  const goodput: number[] = [];
  const refusal: number[] = [];
  const burst: number[] = [];
  const rounds = stage.size(1, 5);
  await stage.withApi({ BCRYPT_COST: String(COST) }, async (api) => {
    await warmUp(api.load);
    for (let round = 0; round < rounds; round += 1) {
      const flooded = await flood(api, stage.size(8, 20));
      goodput.push(flooded.goodput);
      refusal.push(flooded.refusalMs);
      burst.push((await firstOfBurst(api)) / flooded.hashMs);
    }
  });
  return [
    {
      table: 'speed',
      job: 'overload, 100 sign-ups/s offered',
      figure: '201 within 3 s ÷ what the hash ceiling allows',
      unit: '',
      target: { atLeast: 0.85 },
      rounds: goodput,
    },
    {
      table: 'speed',
      job: 'overload, 100 sign-ups/s offered',
      figure: 'time to a 503 (p50)',
      unit: 'ms',
      target: { atMost: 3 },
      rounds: refusal,
    },
    {
      table: 'speed',
      job: 'burst of 50',
      figure: 'first answer ÷ one hash time',
      unit: '',
      target: { atMost: 1.2 },
      rounds: burst,
      note: 'the first 201; one hash time is the median of bcrypt alone on all cores',
    },
  ];
}

/** Ignores the first three seconds, in which the queue fills, and what completes after the last call. */
async function flood(
  { load }: RunningApi,
  seconds: number,
): Promise<{ goodput: number; refusalMs: number; hashMs: number }> {
  const rate = 100;
  const before = await bareBcrypt({});
  const began = performance.now();
  const replies = await load.offered(signUps(rate * seconds), rate);
  const after = await bareBcrypt({});
  const [from, to] = [began + 3_000, began + seconds * 1_000];
  const steady = replies.filter(({ endedAt }) => endedAt >= from && endedAt < to);
  const good = steady.filter(({ status, ms }) => status === 201 && ms <= 3_000);
  const ceiling = ((before.perSecond + after.perSecond) / 2) * (seconds - 3);
  const refused = steady.filter(({ status }) => status === 503).map(({ ms }) => ms);
  return {
    goodput: good.length / ceiling,
    refusalMs: percentile(refused, 50),
    hashMs: percentile(after.times, 50),
  };
}

/** Milliseconds until the first of fifty concurrent sign-ups is registered. */
async function firstOfBurst({ load }: RunningApi): Promise<number> {
  const replies = await load.closed(signUps(50), 50);
  return Math.min(...replies.filter(({ status }) => status === 201).map(({ ms }) => ms));
}

/** Other work on libuv's pool, inside one process with the service's own hasher. */
export async function poolWhileHashing(stage: Stage): Promise<Figure[]> {
  const rounds: number[] = [];
  for (let round = 0; round < stage.size(1, stage.rounds); round += 1) {
    const options = { cost: COST, probes: stage.size(60, 1_000) };
    const { times } = await runProgram<{ times: number[] }>('pool-while-hashing', options);
    rounds.push(percentile(times, 50));
  }
  return [
    {
      table: 'speed',
      job: 'other work on the libuv pool while hashing',
      figure: 'fs.stat p50',
      unit: 'ms',
      target: { atMost: 1 },
      rounds,
    },
  ];
}
