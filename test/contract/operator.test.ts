import { randomUUID } from 'node:crypto';
import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Environment, Sql, type Page } from '@app/runtime';
import {
  AccountAdministration,
  AccountDirectory,
  OperatorModule,
  OperatorTrail,
  parseEmailAddress,
  type ImportedAccount,
  type Operator,
} from '@app/users';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { insertActivated, insertExpired, insertGivenUp, insertOwed } from '../support/registrations';

const KEVIN = parseEmailAddress('kevin@example.com');
const OPERATOR: Operator = { osUser: 'ana', host: 'desk', reason: 'asked' };
/** The audit trail refuses it, at the end of the transaction. */
const TOO_LONG: Operator = { ...OPERATOR, reason: 'x'.repeat(1_001) };
const code = () => ({ mailId: randomUUID(), digits: 4, keyId: 'key-1' });

let database: TestDatabase;
let sql: Sql;
let directory: AccountDirectory;
let administration: AccountAdministration;
let trail: OperatorTrail;

beforeEach(async () => {
  database = await createDatabase();
  sql = database.sql;
  const providers = [
    { provide: Sql, useValue: sql },
    { provide: Environment, useValue: { ...database.environment, MAIL_PER_ADDRESS_PER_DAY: 2 } },
  ];
  @Module({})
  class Runtime {}
  const runtime = { module: Runtime, global: true, providers, exports: providers };
  const module = await Test.createTestingModule({ imports: [runtime, OperatorModule] }).compile();
  directory = module.get(AccountDirectory);
  administration = module.get(AccountAdministration);
  trail = module.get(OperatorTrail);
});
afterEach(() => database.drop());

async function kevin(): Promise<{ id: string; email: typeof KEVIN }> {
  await insertOwed(sql, KEVIN);
  return { id: (await directory.findByAddress(KEVIN))?.id ?? '', email: KEVIN };
}

/** Every entry, page by page; too long or too many pages are errors. */
async function all<Entry>(limit: number, read: (after?: string) => Promise<Page<Entry>>): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let after: string | undefined, pages = 0; pages < 1_000; pages += 1) {
    const page = await read(after);
    expect(page.entries.length).toBeLessThanOrEqual(limit);
    entries.push(...page.entries);
    if (page.next === null) return entries;
    after = page.next;
  }
  throw new Error('The pages do not end');
}

const audited = async () => (await trail.audit({}, 100)).entries;
const told = async () =>
  (await sql<{ type: string }[]>`select type from events order by ordinal`).map(({ type }) => type);

describe('AccountDirectory in PostgreSQL', () => {
  it('finds by address, account id in any case, mail id and request id, and nothing else', async () => {
    const { id } = await kevin();
    const [row] = await sql<
      { mail: string }[]
    >`update users set request_id = 'request-7' returning mail_id as mail`;
    for (const reference of [id, id.toUpperCase(), String(row?.mail), 'request-7']) {
      expect(await directory.findByReference(reference)).toMatchObject({
        id,
        email: KEVIN,
        state: 'pending',
      });
    }
    for (const reference of [randomUUID(), 'request-8', "' or true --", 'x'.repeat(5_000), '%', KEVIN]) {
      expect(await directory.findByReference(reference)).toBeNull();
    }
    expect(await directory.findByAddress(parseEmailAddress('marie@example.com'))).toBeNull();
  });

  it('lists the newest first, each once, even if many registered at the same moment', async () => {
    await insertExpired(sql, 25);
    await sql`update users set created_at = now() where email like '%1%'`;
    for (const limit of [1, 7, 25, 100]) {
      const listed = await all(limit, (after) => directory.list({}, limit, after));
      expect(new Set(listed.map(({ id }) => id)).size).toBe(25);
      const times = listed.map(({ createdAt }) => createdAt.getTime());
      expect(times).toEqual(times.toSorted((a, b) => b - a));
    }
  });

  it('filters accounts by state and time, including `since` and excluding `until`', async () => {
    await kevin();
    await insertActivated(sql, 'ana@example.com');
    await insertGivenUp(sql, 'marie@example.com', '550');
    for (const [state, email] of [
      ['pending', KEVIN],
      ['activated', 'ana@example.com'],
      ['undeliverable', 'marie@example.com'],
    ] as const) {
      expect((await directory.list({ state }, 10)).entries.map((entry) => entry.email)).toEqual([email]);
      expect(await directory.count({ state })).toBe(1);
    }
    const moment = new Date('2026-01-31T12:00:00Z');
    await sql`update users set created_at = ${moment} where email = ${KEVIN}`;
    expect(
      (await directory.list({ since: moment, until: new Date(moment.getTime() + 1) }, 10)).entries,
    ).toHaveLength(1);
    expect(await directory.count({ until: moment })).toBe(0);
  });

  it('returns a hash only if requested', async () => {
    await kevin();
    expect((await directory.list({}, 10)).entries[0]).not.toHaveProperty('passwordHash');
    expect((await directory.list({ withHashes: true }, 10)).entries[0]).toHaveProperty('passwordHash', 'x');
  });

  it('returns what is stored about an address: the counts of the day, and at most a hundred events', async () => {
    const { id } = await kevin();
    await sql`
      insert into address_days (digest, wrong_tries, mails)
      values (sha256(${KEVIN}::text::bytea), array[now() - interval '25 hours', now()], array[now(), now()])`;
    await sql`
      insert into events (type, account_id, data) select 'user.registered', ${id}, '{}' from generate_series(1, 120)`;
    const traces = await directory.traces(KEVIN, ['none'], id);
    expect(traces).toMatchObject({ wrongTries: { tries: 1 }, mailsOfDay: 2, erasures: [], audit: [] });
    expect(traces.events).toHaveLength(100);
  });
});

describe('AccountAdministration in PostgreSQL', () => {
  it('owes a new code beyond the limits of the person, and beyond that of the mailbox only with force', async () => {
    const target = await kevin();
    const codes = [code(), code(), code(), code()];
    const outcomes: string[] = [];
    for (const [index, each] of codes.entries()) {
      outcomes.push(await administration.resend(target, each, OPERATOR, index === 3));
    }
    expect(outcomes).toEqual(['replaced', 'replaced', 'mailbox_limit', 'replaced']);
    expect(await directory.findByAddress(KEVIN)).toMatchObject({
      mail: { id: codes[3]?.mailId, attempts: 0, sentAt: null },
    });
    expect((await audited()).map(({ action }) => action)).toEqual(Array(3).fill('users.resend'));
  });

  it('activates once, with one event, however many do it concurrently', async () => {
    const target = await kevin();
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, () => administration.activate(target, OPERATOR)),
    );
    expect(outcomes.toSorted()).toEqual(
      ['activated', ...Array<string>(4).fill('already_activated')].toSorted(),
    );
    expect(await told()).toEqual(['user.activated']);
    expect(await administration.resend(target, code(), OPERATOR, true)).toBe('already_activated');
    expect(await audited()).toMatchObject([
      { action: 'users.activate', accountId: target.id, osUser: 'ana', host: 'desk' },
    ]);
  });

  it('erases what it has announced, once, and reports it', async () => {
    const target = await kevin();
    await sql`insert into address_days (digest, wrong_tries, mails) values (sha256(${KEVIN}::text::bytea), array[now()], array[now()])`;
    await sql`
      insert into events (type, account_id, data)
      values ('user.registered', ${target.id}, jsonb_build_object('email', ${KEVIN}::text)),
             ('user.registered', gen_random_uuid(), jsonb_build_object('email', ${KEVIN}::text)),
             ('user.registered', gen_random_uuid(), '{"email": "marie@example.com"}')`;
    const extent = await administration.extent(target);
    expect(extent).toEqual({
      accounts: 1,
      owedMails: 1,
      wrongTryCounts: 1,
      mailCounts: 1,
      eventsWithAddress: 2,
    });
    expect(await administration.erase(target, OPERATOR, 'users.erase')).toEqual(extent);
    const nothing = { accounts: 0, owedMails: 0, wrongTryCounts: 0, mailCounts: 0, eventsWithAddress: 0 };
    expect(await administration.erase({ id: null, email: KEVIN }, OPERATOR, 'users.erase')).toEqual(nothing);
    expect((await told()).filter((type) => type === 'user.deleted')).toHaveLength(1);
    expect(await sql`select 1 from events where data ->> 'email' = 'marie@example.com'`).toHaveLength(1);
    expect(await trail.erasures(10)).toMatchObject({ entries: [{ accountId: target.id }], next: null });
  });

  it('changes nothing if the audit trail cannot be written', async () => {
    const target = await kevin();
    const account = imported(1, 'ana@example.com');
    await expect(administration.activate(target, TOO_LONG)).rejects.toThrow();
    await expect(administration.resend(target, code(), TOO_LONG, true)).rejects.toThrow();
    await expect(administration.erase(target, TOO_LONG, 'users.erase')).rejects.toThrow();
    await expect(administration.importAccounts([account], TOO_LONG)).rejects.toThrow();
    expect(await directory.findByAddress(KEVIN)).toMatchObject({ state: 'pending', mail: { attempts: 2 } });
    expect(await directory.count({})).toBe(1);
    expect([await told(), await audited(), (await trail.erasures(10)).entries]).toEqual([[], [], []]);
  });

  it('reports a missing account as gone', async () => {
    const target = { id: randomUUID(), email: KEVIN };
    expect(await administration.activate(target, OPERATOR)).toBe('gone');
    expect(await administration.resend(target, code(), OPERATOR, true)).toBe('gone');
    expect(await audited()).toEqual([]);
  });

  it('imports accounts without a conflict, reports the others by line, and reports the same in a dry run', async () => {
    await insertActivated(sql, 'taken@example.com');
    await insertOwed(sql, 'waits@example.com');
    await sql`update users set created_at = now() where email = 'waits@example.com'`;
    const id = randomUUID();
    const accounts = [
      imported(1, 'ana@example.com', { id }),
      imported(2, 'taken@example.com'),
      imported(3, 'waits@example.com'),
      imported(4, 'ana@example.com'),
    ];
    const expected = {
      added: 1,
      present: 1,
      refused: [{ line: 2, reason: 'email belongs to another account' }, { line: 3 }],
    };
    expect(await administration.dryRunImport(accounts)).toMatchObject(expected);
    expect(await administration.importAccounts(accounts, OPERATOR)).toMatchObject(expected);
    expect(await administration.dryRunImport(accounts)).toMatchObject({
      added: 0,
      present: 2,
      refused: expected.refused,
    });
    const added = new Map();
    await administration.dryRunImport([imported(1, 'eve@example.com')], added);
    expect(await administration.dryRunImport([imported(9_000, 'eve@example.com')], added)).toMatchObject({
      added: 0,
      present: 1,
    });
    const sameId = [imported(5, 'other@example.com', { id })];
    const refusal = { added: 0, refused: [{ line: 5, reason: 'id belongs to another account' }] };
    expect(await administration.dryRunImport(sameId)).toMatchObject(refusal);
    expect(await administration.importAccounts(sameId, OPERATOR)).toMatchObject(refusal);
    expect(await directory.findByAddress(parseEmailAddress('ana@example.com'))).toMatchObject({
      id,
      state: 'activated',
    });
    expect(await audited()).toMatchObject([
      { action: 'users.import', accounts: 1, accountId: null, digest: null },
    ]);
  });
});

const imported = (line: number, email: string, more: Partial<ImportedAccount> = {}): ImportedAccount => ({
  line,
  id: randomUUID(),
  email: parseEmailAddress(email),
  passwordHash: 'y',
  createdAt: new Date('2025-01-31T12:00:00Z'),
  activatedAt: new Date('2025-01-31T12:00:00Z'),
  ...more,
});

describe('OperatorTrail in PostgreSQL', () => {
  it('pages through the erasures, the oldest first, each once, and keeps the first of two', async () => {
    const erasedAt = new Date('2026-01-31T12:00:00Z');
    const erasures = Array.from({ length: 9 }, () => ({ accountId: randomUUID(), digest: 'ab', erasedAt }));
    for (const erasure of erasures) await administration.rememberErasure(erasure);
    await administration.rememberErasure({
      ...(erasures[0] ?? { accountId: '' }),
      digest: 'cd',
      erasedAt: new Date(),
    });
    const listed = await all(4, (after) => trail.erasures(4, after));
    expect(listed).toHaveLength(9);
    expect(new Set(listed.map(({ accountId }) => accountId)).size).toBe(9);
    expect(listed).toEqual(Array(9).fill(expect.objectContaining({ digest: 'ab', erasedAt })));
  });

  it('pages through the audit trail, newest first, filtered by action and time', async () => {
    await sql`
      insert into audit (os_user, host, action, reason, at)
      select 'ana', 'desk', case when n % 2 = 0 then 'users.erase' else 'users.activate' end, n::text,
             timestamptz '2026-01-31 12:00Z' + n * interval '1 hour'
      from generate_series(1, 10) as n`;
    const reasons = async (filter: Parameters<OperatorTrail['audit']>[0]) =>
      (await all(3, (after) => trail.audit(filter, 3, after))).map(({ reason }) => Number(reason));
    expect(await reasons({})).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(await reasons({ action: 'users.erase' })).toEqual([10, 8, 6, 4, 2]);
    const since = new Date('2026-01-31T15:00:00Z');
    expect(await reasons({ since, until: new Date('2026-01-31T17:00:00Z') })).toEqual([4, 3]);
  });

  it.each(['update audit set reason = $$y$$ where false', 'delete from audit', 'truncate audit'])(
    'refuses “%s” to the service’s own role',
    (statement) => expect(sql.unsafe(statement)).rejects.toThrow('append-only'),
  );
});
