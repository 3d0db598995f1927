import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { median, steadyRate, type Figure } from '../figures';
import { expectAll, type Call, type Reply } from '../http-load';
import { activation, FROM_MANY, signUp } from '../people';
import { until } from '../../support/until';
import { Sink } from '../sink';
import type { RunningApi, Stage } from '../stage';
import { bareBcrypt, COST, warmUp } from './hashing';
import { owe } from './mail';

const CORES = availableParallelism();
const CLIENTS = 3 * CORES;
const WARM_UP_CALLS = 300;

/**
 * A complete onboarding with api, worker and mail server: register, wait until the mail server has accepted the mail,
 * activate. Compared with bcrypt alone on as many threads, in turns.
 */
export async function onboarding(stage: Stage): Promise<Figure[]> {
  const count = 24 * CORES;
  const whole: number[] = [];
  const idle: number[] = [];
  const saturated: number[] = [];
  const share: number[] = [];
  await withService(stage, async (service) => {
    await warmUpAll(stage, service);
    // No more than there are cores: the hashing queue is short until it has measured how long a hash takes here.
    await inParallel(2 * CORES, () => onboard(service), CORES);
    for (let round = 0; round < stage.size(2, stage.rounds); round += 1) {
      const { perSecond, times } = await bareBcrypt({ count });
      const people = await inParallel(count, () => onboard(service));
      whole.push(
        steadyRate(
          people.map(({ endedAt }) => endedAt),
          CORES,
        ) / perSecond,
      );
      saturated.push(median(people.map(({ ms }) => ms)) / median(times));
      const alone = [];
      for (let person = 0; person < 6; person += 1) alone.push((await onboard(service)).ms);
      idle.push(median(alone) / median(times));
      share.push(await activatedDuringFlood(service));
    }
  });
  const job = `onboarding (register, mail, activate), cost ${COST}`;
  return [
    {
      table: 'speed',
      job: `${job}, saturated`,
      figure: 'onboardings/s ÷ bare bcrypt hashes/s',
      unit: '',
      target: { atLeast: 0.93 },
      rounds: whole,
    },
    {
      table: 'speed',
      job: 'activate right after register, idle',
      figure: 'p50 ÷ one hash',
      unit: '',
      target: { atMost: 0.05 },
      rounds: idle,
    },
    {
      table: 'speed',
      job: 'activate right after register, saturated',
      figure: 'p50 ÷ one hash',
      unit: '',
      target: { atMost: 0.1 },
      rounds: saturated,
    },
    {
      table: 'speed',
      job: 'people registered before a flood of sign-ups, activated within their minute',
      figure: 'share',
      unit: '',
      target: { atLeast: 0.99 },
      rounds: share,
      note: 'the flood offers 100 sign-ups a second',
    },
  ];
}

interface Service extends RunningApi {
  readonly sink: Sink;
}

/** The api with a worker and a mail server that accepts everything. */
async function withService(stage: Stage, work: (service: Service) => Promise<void>): Promise<void> {
  const sink = await Sink.start(true);
  const env = {
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(sink.port),
    BCRYPT_COST: String(COST),
    ...FROM_MANY,
  };
  const worker = await stage.spawn('mailer-worker', env);
  try {
    await stage.withApi(env, (api) => work({ ...api, sink }));
  } finally {
    await worker.stop();
    await sink.stop();
  }
}

/**
 * Lets V8 compile the code of an onboarding in the api and in the worker, without a hash for each: repeated activations of
 * an account whose password is remembered, and mails to accounts that were added by SQL.
 */
async function warmUpAll(stage: Stage, service: Service): Promise<void> {
  const { load } = service;
  await warmUp(load);
  const call = signUp();
  expectAll([await load.call(call)], 201);
  const redemption = await mailed(service, call);
  expectAll([await load.call(redemption)], 200);
  expectAll(await load.closed(Array<Call>(WARM_UP_CALLS).fill(redemption), 4), 409);
  await owe(stage, WARM_UP_CALLS);
  const { sql } = stage.database;
  await until('the mails are sent', async () => {
    return (await sql`select from users where mail_due_at is not null limit 1`).length === 0;
  });
}

/** Resolves to the response to the activation. */
async function onboard(service: Service): Promise<Reply> {
  const { load } = service;
  const call = signUp();
  expectAll([await load.call(call)], 201);
  const reply = await load.call(await mailed(service, call));
  expectAll([reply], 200);
  return reply;
}

/** The call that activates the account of a sign-up, once the mail server has accepted the mail with the code. */
async function mailed({ sink }: Service, { body }: Call): Promise<Call> {
  const { email } = body as { email: string };
  return activation(email, await sink.codeFor(email));
}

/** The share of people with a code at the start of a flood of sign-ups that activates within the code's minute. */
async function activatedDuringFlood(service: Service): Promise<number> {
  const { load } = service;
  const waiting = await inParallel(5 * CORES, async () => {
    const call = signUp();
    expectAll([await load.call(call)], 201);
    return await mailed(service, call);
  });
  const stop = new AbortController();
  const flood = (async () => {
    const calls: Promise<unknown>[] = [];
    while (!stop.signal.aborted) {
      // The flood is the load, not the measurement: the outcome of its calls does not matter.
      calls.push(load.call(signUp()).catch(() => null));
      await pause(10);
    }
    await Promise.all(calls);
  })();
  await pause(2_000);
  const replies: Reply[] = [];
  for (const call of waiting) {
    // A person retries after a 503.
    let reply = await load.call(call);
    for (let again = 0; reply.status === 503 && again < 10; again += 1) {
      await pause(1_000);
      reply = await load.call(call);
    }
    replies.push(reply);
  }
  stop.abort();
  await flood;
  return replies.filter(({ status }) => status === 200).length / replies.length;
}

async function inParallel<T>(count: number, work: () => Promise<T>, clients = CLIENTS): Promise<T[]> {
  const results: T[] = [];
  let left = count;
  const client = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      results.push(await work());
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return results;
}
