import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { PurgeExpiredRegistrations } from '@app/activation';
import { parseEmailAddress, type NewUser } from '@app/users';
import { createDatabase, type TestDatabase } from '../../support/postgres';
import { postgresRepositories } from '../../support/repositories';
import { percentile, type Figure } from '../figures';
import { signUp } from '../people';
import type { Stage } from '../stage';

const SMALL = 10_000;

/** The service's own statements on a large table and on a small one, one round each in turn. */
export async function accounts(stage: Stage): Promise<Figure[]> {
  const big = stage.size(200_000, 10_000_000);
  const calls = stage.size(300, 2_000);
  const small = await filled(SMALL);
  const large = await filled(big);
  const insert: number[] = [];
  const lookup: number[] = [];
  try {
    // The round before the first warms up.
    for (let round = -1; round < stage.rounds; round += 1) {
      const [few, many] = [await speedOf(small, SMALL, calls), await speedOf(large, big, calls)];
      if (round < 0) continue;
      insert.push(few.insertMs / many.insertMs);
      lookup.push(few.lookupMs / many.lookupMs);
    }
  } finally {
    await small.drop();
    await large.drop();
  }
  const job = `${big.toLocaleString('en-US')} accounts against 10 thousand`;
  const note = stage.full ? {} : { note: 'the goal is for 10 million, which the full form measures' };
  const figure = (what: string, atLeast: number, rounds: number[]): Figure => ({
    table: 'growth',
    job,
    figure: `speed of a ${what} (p50)`,
    unit: '',
    target: { atLeast },
    rounds,
    ...note,
  });
  return [figure('sign-up’s insert', 0.85, insert), figure('look-up', 0.75, lookup)];
}

async function filled(count: number): Promise<TestDatabase> {
  const database = await createDatabase();
  for (let done = 0; done < count; done += 500_000) {
    await database.sql`
      insert into users (id, email, password_hash, activated_at)
      select gen_random_uuid(), 'person' || n || '@example.com', repeat('x', 60), now()
      from generate_series(${done + 1}::int, ${Math.min(done + 500_000, count)}::int) n`;
  }
  await database.sql`vacuum analyze users`;
  return database;
}

async function speedOf({ sql, environment }: TestDatabase, size: number, calls: number) {
  const { users } = await postgresRepositories(sql, environment);
  const insert: number[] = [];
  const lookup: number[] = [];
  for (let call = 0; call < calls; call += 1) {
    insert.push(await timed(() => users.add(newUser())));
    const email = parseEmailAddress(`person${1 + Math.floor(Math.random() * size)}@example.com`);
    lookup.push(await timed(() => users.findByEmail(email)));
  }
  return { insertMs: percentile(insert, 50), lookupMs: percentile(lookup, 50) };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

const newUser = (): NewUser => ({
  id: randomUUID(),
  email: parseEmailAddress(`${randomUUID()}@example.com`),
  passwordHash: 'x'.repeat(60),
  code: { mailId: randomUUID(), digits: 4, keyId: null },
  locale: 'en',
  requestId: 'bench',
  requestDigest: null,
});

/** Expired registrations are purged in batches while people sign up. */
export async function purge(stage: Stage): Promise<Figure[]> {
  const count = stage.size(100_000, 1_000_000);
  const { sql, environment } = stage.database;
  await sql`truncate users`;
  return await stage.withApi({ BCRYPT_COST: '4' }, async ({ load }) => {
    const signUpMs = async (stop: AbortSignal): Promise<number> => {
      const times: number[] = [];
      while (!stop.aborted) {
        times.push((await load.call(signUp())).ms);
        await pause(10);
      }
      return percentile(times, 50);
    };
    await signUpMs(AbortSignal.timeout(1_000));
    const idleMs = stage.size(1_000, 2_000);
    const idleBefore = await signUpMs(AbortSignal.timeout(idleMs));
    await sql`
      insert into users (id, email, password_hash, mail_id, code_expires_at, mail_sent_at, created_at)
      select gen_random_uuid(), gen_random_uuid() || '@example.com', repeat('x', 60), gen_random_uuid(),
             now() - interval '1 day', now() - interval '1 day', now() - interval '1 day'
      from generate_series(1, ${count}::int)`;
    await sql`vacuum analyze users`;
    const done = new AbortController();
    const meanwhile = signUpMs(done.signal);
    const began = performance.now();
    const { dead } = await postgresRepositories(sql, environment);
    const purger = new PurgeExpiredRegistrations(dead);
    const { registrations } = await purger.purgeExpiredRegistrations({
      olderThanSeconds: 3_600,
      batchSize: 10_000,
    });
    const seconds = (performance.now() - began) / 1_000;
    done.abort();
    if (registrations !== count)
      throw new Error(`${registrations} of ${count} expired registrations were purged`);
    const busy = await meanwhile;
    const idle = (idleBefore + (await signUpMs(AbortSignal.timeout(idleMs)))) / 2;
    const job = `purge of ${count.toLocaleString('en-US')} expired codes`;
    const table = 'growth';
    return [
      {
        table,
        job,
        figure: 'registrations deleted, in batches of 10,000',
        unit: 'rows/s',
        target: { atLeast: 100_000 },
        rounds: [registrations / seconds],
        note: 'an absolute rate, during the sign-ups of the next row',
      },
      {
        table,
        job,
        figure: 'sign-up p50 meanwhile ÷ idle',
        unit: '',
        target: { atMost: 1.5 },
        rounds: [busy / idle],
      },
    ];
  });
}
