import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import type { Sql } from '@app/runtime';
import { databaseAddress } from '@app/runtime/testing';
import { parseEmailAddress, type NewUser } from '@app/users';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { postgresRepositories } from '../support/repositories';

/** Enough for the planner to choose as it does for more; set `PLANNED_ACCOUNTS` for any number. */
const ACCOUNTS = Number(process.env['PLANNED_ACCOUNTS'] ?? 200_000);

interface Sent {
  readonly query: string;
  readonly parameters: unknown[];
}

let database: TestDatabase;
let sql: Sql;
let sent: Sent[] = [];

/** Mostly activated accounts, and some of everything that a query selects. */
beforeAll(
  async () => {
    database = await createDatabase();
    await database.sql`
    insert into users (id, email, password_hash, created_at, activated_at, mail_id, code_expires_at,
                       mail_due_at, mail_given_up_at)
    select gen_random_uuid(), 'person' || n || '@example.com', 'x', now() - n * interval '1 second',
           case when n % 50 > 0 then now() end, case when n % 50 = 0 then gen_random_uuid() end,
           case when n % 100 = 0 then now() - n * interval '1 second' end,
           case when n % 1000 = 50 then now() end, case when n % 1000 = 150 then now() end
    from generate_series(1, ${ACCOUNTS}::int) n`;
    await database.sql`
    insert into address_days (digest, wrong_tries, changed_at)
    select sha256(n::text::bytea), array[now()], now() - n * interval '1 second'
    from generate_series(1, ${ACCOUNTS}::int) n`;
    await database.sql`vacuum analyze users, address_days`;
    sql = postgres({
      ...databaseAddress(database.environment),
      max: 1,
      debug: (_connection, query, parameters: unknown[]) => sent.push({ query, parameters }),
    });
    repositories = await postgresRepositories(sql, database.environment);
  },
  120_000 * Math.max(1, ACCOUNTS / 200_000),
);
afterAll(async () => {
  await sql.end();
  await database.drop();
});
beforeEach(() => {
  sent = [];
});

const email = parseEmailAddress('person50@example.com');
const newcomer = (): NewUser => ({
  id: randomUUID(),
  email: parseEmailAddress(`${randomUUID()}@example.com`),
  passwordHash: 'x',
  code: { mailId: randomUUID(), digits: 4, keyId: 'key-1' },
  locale: 'en',
  requestId: 'plans',
  requestDigest: null,
});
let repositories: Awaited<ReturnType<typeof postgresRepositories>>;
const users = () => repositories.users;
const activations = () => repositories.activations;
const owed = () => repositories.owed;
const administration = () => repositories.administration;
const dead = () => repositories.dead;
const redeem = (right: boolean) =>
  activations().redeem({
    accountId: randomUUID(),
    mailId: randomUUID(),
    right,
    maxWrongTries: 3,
    requestId: null,
    requestDigest: null,
  });

/** The server's plan for each sent statement, with its values. */
async function plans(): Promise<string[]> {
  const statements = sent;
  return await Promise.all(
    statements.map(async ({ query, parameters }) => {
      const rows = await database.sql.unsafe<{ 'QUERY PLAN': string }[]>(
        `explain ${query}`,
        parameters as string[],
      );
      return [query, ...rows.map((row) => row['QUERY PLAN'])].join('\n');
    }),
  );
}

const QUERIES: Record<string, () => Promise<unknown>> = {
  'adds a registration': () => users().add(newcomer()),
  'pretends a registration': () =>
    users().add({ ...newcomer(), email, requestDigest: Buffer.alloc(32) }, true),
  'erases an account': () => users().erase({ id: randomUUID(), email }, 'digest', null),
  'finds the highest cost in use': () => users().highestCost(),
  'finds an account': () => users().findByEmail(email),
  'owes the owner of an address a notice': () => users().oweNotice(email, randomUUID(), 'plans'),
  'redeems a right code': () => redeem(true),
  'counts a wrong code': () => redeem(false),
  'replaces a code': () =>
    activations().replaceCode({
      accountId: randomUUID(),
      code: { mailId: randomUUID(), digits: 4, keyId: 'key-1' },
      locale: 'en',
      requestId: 'plans',
      maxResends: 10,
      early: false,
      requestDigest: null,
    }),
  'claims due mails': () =>
    owed().claimDue(10, { workerId: randomUUID(), leaseSeconds: 12, lifeSeconds: 60 }),
  'releases what a worker leased': () => owed().release(randomUUID()),
  'marks a mail sent': () => owed().markSent([randomUUID()], 60),
  'postpones a mail': () => owed().postpone(randomUUID(), 5, 'later'),
  'gives up a mail': () => owed().giveUp(randomUUID(), 'never', 'refused'),
  'lists owed mails': () => administration().list(100),
  'retries mails that were given up': () => administration().retryGivenUp(),
  'retries mails that wait for their next attempt': () => administration().retryPostponed(),
  'counts the backlog': () => administration().backlog(),
  'purges a batch': () => dead().purge({ olderThanSeconds: 3_600, limit: 100 }),
  'purges a batch alone': () => dead().purge({ olderThanSeconds: 3_600, limit: 100, alone: true }),
  'forgets a batch of what addresses have seen': () => dead().forgetAddressDays({ limit: 100 }),
  'counts what a purge would delete': () => dead().count(3_600),
};

describe(`at ${ACCOUNTS.toLocaleString('en-US')} accounts`, () => {
  it.each(Object.entries(QUERIES))('%s with an index', async (_name, work) => {
    await work();
    const found = await plans();
    expect(found.length).toBeGreaterThan(0);
    for (const plan of found) expect(plan).not.toMatch(/Seq Scan on (users|address_days)/);
  });

  it('detects a query without an index', async () => {
    await sql`select id from users where password_hash = ${'y'}`;
    expect((await plans()).join('\n')).toMatch(/Seq Scan on users/);
  });
});
