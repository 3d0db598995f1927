import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { hashSync } from 'bcrypt';
import { cli, startCli } from '../support/cli';
import { codeIn } from '../support/inbox';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { insertActivated, insertExpired, insertGivenUp, insertOwed } from '../support/registrations';
import { Service } from '../support/service';
import { until } from '../support/until';

// Each test runs programs, several of them one after another.
jest.setTimeout(120_000);

const lines = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

let folder: string;
let database: TestDatabase;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'operator-'));
  database = await createDatabase();
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await database.drop();
});

const run = (...args: string[]) => cli(args, database.env);
const users = (...args: string[]) => run('users', ...args);
function file(name: string, content: readonly (object | string)[]): string {
  const whole = path.join(folder, name);
  const text = content.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  writeFileSync(whole, `${text}\n`);
  return whole;
}

/** The content of the database. pg_dump refuses a newer server; without a suitable one, every table as text. */
async function everything(): Promise<string> {
  const { DATABASE_HOST, DATABASE_PORT, DATABASE_USER, DATABASE_PASSWORD, DATABASE_NAME } = database.env;
  const { status, stdout } = spawnSync('pg_dump', ['--dbname', String(DATABASE_NAME)], {
    env: {
      PATH: process.env['PATH'],
      PGHOST: DATABASE_HOST,
      PGPORT: DATABASE_PORT,
      PGUSER: DATABASE_USER,
      PGPASSWORD: DATABASE_PASSWORD,
    },
    encoding: 'utf8',
  });
  return status === 0 ? stdout : await everyTable();
}

async function everyTable(): Promise<string> {
  const tables = await database.sql<{ name: string }[]>`
    select quote_ident(table_name) as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'`;
  const texts = await Promise.all(
    tables.map(({ name }) =>
      database.sql.unsafe<{ whole: string }[]>(`select whole::text as whole from ${name} as whole`),
    ),
  );
  return texts
    .flat()
    .map(({ whole }) => whole)
    .join('\n');
}

describe('users find', () => {
  it('explains why a mail has not arrived, for any spelling of the address', async () => {
    await insertOwed(database.sql, 'kevin@example.com', '451 greylisted, kevin@example.com');
    const { status, stdout } = await users('find', ' Kevin@EXAMPLE.com');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^State +pending for 9 d/m);
    expect(stdout).toMatch(
      /^Mail .*tried 2 times, last reply "451 greylisted, k\*\*\*@example\.com" from 127\.0\.0\.1, next attempt in (10|9) min$/m,
    );
    expect(stdout).toMatch(/^Code +not sent yet; 10 new codes left$/m);
    expect(stdout).toMatch(/^Mail id +[0-9a-f-]{36}$/m);
  });

  it('finds by account id, mail id and request id, and prints everything as JSON', async () => {
    await insertGivenUp(database.sql, 'marie@example.com', '550 no such mailbox');
    const [row] = await database.sql<{ id: string; mail: string }[]>`
      update users set request_id = 'request-7' returning id, mail_id as mail`;
    for (const reference of [row?.id, row?.mail, 'request-7']) {
      const found = await users('find', String(reference), '--json');
      expect(found.status).toBe(0);
      expect(found.json()).toMatchObject({
        email: 'marie@example.com',
        account: {
          id: row?.id,
          state: 'undeliverable',
          request_id: 'request-7',
          mail: { id: row?.mail, attempts: 7, last_answer: '550 no such mailbox', next_try_at: null },
          code: { new_codes_left: 10 },
        },
        wrong_tries: null,
        mails_of_day: 0,
        events: [],
      });
      expect(found.stdout).not.toContain('password');
    }
  });

  it('finds by the request of an earlier change, too', async () => {
    await insertActivated(database.sql, 'ana@example.com');
    await database.sql`
      insert into events (type, account_id, data, request_id) select 'user.registered', id, '{}', 'request-1' from users`;
    expect((await users('find', 'request-1')).stdout).toContain('ana@example.com');
  });

  it('shows what is left of an account that no longer exists, by its id or a request', async () => {
    await insertActivated(database.sql, 'ana@example.com');
    const [ana] = await database.sql<{ id: string }[]>`select id from users`;
    await database.sql`
      insert into events (type, account_id, data, request_id) select 'user.registered', id, '{}', 'request-1' from users`;
    await users('erase', 'ana@example.com', '--reason', 'asked by mail', '--yes');
    for (const reference of ['request-1', String(ana?.id)]) {
      const found = await users('find', reference, '--json');
      expect([found.status, found.json()]).toEqual([
        1,
        expect.objectContaining({
          email: null,
          account_id: ana?.id,
          account: null,
          events: [
            expect.objectContaining({ type: 'user.registered' }),
            expect.objectContaining({ type: 'user.deleted' }),
          ],
          erasures: [expect.objectContaining({ account_id: ana?.id })],
          audit: [expect.objectContaining({ action: 'users.erase' })],
        }),
      ]);
    }
    const { stdout } = await users('find', 'request-1');
    expect(stdout).toMatch(/^Account [0-9a-f-]{36} no longer exists\.\nEvent /);
  });

  it('exits with 1 for an unknown account, and with 2 without an argument', async () => {
    const unknown = await users('find', 'unknown@example.com', '--json');
    expect([unknown.status, unknown.json()['account']]).toEqual([1, null]);
    expect((await users('find', 'request-8')).status).toBe(1);
    const invalid = await users('find', 'not@an@address');
    expect([invalid.status, invalid.stderr]).toEqual([
      1,
      expect.stringMatching(/^The address contains .*\n$/),
    ]);
    expect((await users('find')).status).toBe(2);
  });

  it('says how to give an address that begins with a dash', async () => {
    const wrong = await users('find', '-dash@example.com');
    expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('-- -name@example.com')]);
    expect((await users('find', '--', '-dash@example.com')).stdout).toContain('-dash@example.com');
    expect((await users('find', '--jsno')).stderr).not.toContain('-- -name');
  });

  it('tells an event that no worker has ordered yet from one that is only kept', async () => {
    await insertActivated(database.sql, 'ana@example.com');
    await database.sql`
      insert into events (type, account_id, data, position, due_at)
      select 'user.activated', id, '{}', position, due_at from users,
        (values (null::bigint, null::timestamptz), (1, null), (2, now())) as state (position, due_at)`;
    const found = await users('find', 'ana@example.com', '--json');
    const events = found.json()['events'] as { delivery: string }[];
    expect(events.map(({ delivery }) => delivery)).toEqual(['unplaced', 'kept', 'waiting']);
    const { stdout } = await users('find', 'ana@example.com');
    expect(stdout).toContain('user.activated: waits for a mailer-worker to give it its position');
  });
});

describe('users list', () => {
  beforeEach(async () => {
    await insertOwed(database.sql, 'kevin@example.com');
    await insertGivenUp(database.sql, 'marie@example.com', '550');
    await insertActivated(database.sql, 'ana@example.com');
    await insertExpired(database.sql, 2_500);
  });

  it('prints 100 objects in a pipe, newest first, and all with --all', async () => {
    const first = lines((await users('list')).stdout);
    expect(first).toHaveLength(100);
    expect(first[0]).toEqual({
      id: expect.any(String),
      email: 'marie@example.com',
      state: 'undeliverable',
      created_at: expect.stringMatching(/Z$/),
      activated_at: null,
    });
    const all = lines((await users('list', '--all', '--json')).stdout);
    expect(new Set(all.map(({ id }) => id)).size).toBe(2_503);
    const times = all.map(({ created_at }) => String(created_at));
    expect(times).toEqual([...times].sort().reverse());
  });

  it('filters by state and time, and writes CSV', async () => {
    const activated = await users('list', '--state', 'activated', '--csv');
    expect(activated.stdout).toMatch(
      /^id,email,state,created_at,activated_at\n[0-9a-f-]{36},ana@example\.com,activated,/,
    );
    expect(lines((await users('list', '--since', '1h', '--limit', '2')).stdout)).toHaveLength(1);
    expect(lines((await users('list', '--until', '1d', '--json')).stdout)).toHaveLength(2);
    expect((await users('list', '--state', 'happy')).status).toBe(2);
  });

  it('exports every account, with hashes only if requested', async () => {
    const plain = await users('export');
    expect(lines(plain.stdout)).toHaveLength(2_503);
    expect(plain.stdout).not.toContain('password_hash');
    const [ana] = lines((await users('export', '--state', 'activated', '--with-hashes')).stdout);
    expect(ana).toMatchObject({ email: 'ana@example.com', password_hash: 'x' });
  });
});

describe('changes by an operator', () => {
  it('requires a reason, and changes nothing without it', async () => {
    await insertOwed(database.sql, 'kevin@example.com');
    for (const args of [
      ['resend', 'kevin@example.com'],
      ['activate', 'kevin@example.com'],
      ['erase', 'kevin@example.com', '--yes'],
      ['import', '-'],
    ]) {
      const { status, stdout, stderr } = await users(...args);
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr).toContain('--reason');
    }
    expect(await database.sql`select 1 from audit`).toHaveLength(0);
  });

  it('activates the account, writes an event, and records operator and reason', async () => {
    await insertOwed(database.sql, 'kevin@example.com');
    const done = await users('activate', 'kevin@example.com', '--reason', 'wrote to us', '--json');
    expect([done.status, done.json()]).toEqual([0, { id: expect.any(String), activated: true }]);
    const again = await users('activate', 'kevin@example.com', '--reason', 'wrote to us');
    expect([again.status, again.stderr]).toEqual([1, expect.stringContaining('already activated')]);
    const found = (await users('find', 'kevin@example.com', '--json')).json();
    expect(found).toMatchObject({
      account: { state: 'activated', mail: null, code: null },
      events: [{ type: 'user.activated' }],
      audit: [{ action: 'users.activate', reason: 'wrote to us', os_user: userInfo().username }],
    });
    const [entry] = lines((await run('audit', 'list')).stdout);
    expect(entry).toMatchObject({ action: 'users.activate', account_id: done.json()['id'], accounts: 1 });
    expect(JSON.stringify(entry)).not.toContain('kevin');
  });

  it('sends no code beyond the daily limit of a mailbox without --force', async () => {
    const env = { ...database.env, MAIL_PER_ADDRESS_PER_DAY: '2' };
    await insertOwed(database.sql, 'kevin+tag@example.com');
    const resend = async (...more: string[]) =>
      await cli(['users', 'resend', 'kevin+tag@example.com', '--reason', 'called', ...more], env);
    const results = [await resend(), await resend(), await resend(), await resend('--force')];
    expect(results.map(({ status }) => status)).toEqual([0, 0, 1, 0]);
    expect(results[2]?.stderr).toContain('has reached its daily limit');
    const found = await users('find', 'kevin+tag@example.com');
    expect(found.stdout).toMatch(/^Today +3 mails to this mailbox; no wrong codes$/m);
  });

  it('never loses an audit entry, because the table refuses update, delete and truncate', async () => {
    await insertOwed(database.sql, 'kevin@example.com');
    await users('activate', 'kevin@example.com', '--reason', 'x');
    for (const statement of [
      'update audit set reason = $$y$$',
      'delete from audit',
      'truncate audit',
      'delete from audit where id = 0',
    ]) {
      await expect(database.sql.unsafe(statement)).rejects.toThrow('append-only');
    }
  });
});

describe('users erase', () => {
  it('says in words what is wrong with a file, and refuses a list that is not text', async () => {
    const reason = ['--reason', 'contract ended', '--yes'];
    const said = async (...args: string[]): Promise<unknown[]> => {
      const { status, stderr } = await users(...args, ...reason);
      return [status, stderr.trim()];
    };
    expect(await said('erase', '--from', '/none')).toEqual([1, 'The file /none does not exist (ENOENT).']);
    // From version 26 on, Node also names the file that it could open but not read.
    const folder: unknown = expect.stringMatching(/^The file (?:\/ )?is a directory \(EISDIR\)\.$/);
    expect(await said('erase', '--from', '/')).toEqual([1, folder]);
    const list = file('utf-16', [Buffer.from('kevin@example.com', 'utf16le').toString('latin1')]);
    expect(await said('erase', '--from', list)).toEqual([1, expect.stringContaining('not text in UTF-8')]);
  });

  it('stops after the current person on Ctrl-C, and reports how many it has erased', async () => {
    const crowded = await createDatabase();
    const { sql } = crowded;
    await sql`
      insert into users (id, email, password_hash, activated_at)
      select gen_random_uuid(), 'leaver' || n || '@example.com', '', now() from generate_series(1, 600) as n`;
    const leavers = Array.from({ length: 600 }, (_, index) => `leaver${index + 1}@example.com`).join('\n');
    const args = ['users', 'erase', '--from', '-', '--reason', 'contract ended', '--yes', '--json'];
    const erasing = startCli(args, crowded.env, leavers);
    await until(
      'the first one is erased',
      async () => (await sql`select from erasures limit 1`).length > 0,
      30_000,
    );
    erasing.process.kill('SIGINT');
    const result = await erasing.result;
    const [{ erased } = { erased: -1 }] = await sql<
      { erased: number }[]
    >`select count(*)::int as erased from erasures`;
    expect(result.status).toBe(1);
    expect(result.json()).toMatchObject({ erased, interrupted: true });
    await crowded.drop();
  }, 60_000);

  const privateData = /kevin/i;

  it('deletes everything about the person from all tables except the digest', async () => {
    await insertOwed(database.sql, 'kevin@example.com', '451 kevin@example.com is greylisted');
    const [row] = await database.sql<{ id: string }[]>`update users set request_id = 'r' returning id`;
    const id = String(row?.id);
    await database.sql`
      insert into address_days (digest, wrong_tries, mails)
      values (sha256('kevin@example.com'), array_fill(now(), array[3]), array[now()])`;
    await database.sql`
      insert into events (type, account_id, data) values
        ('user.registered', ${id}, ${'{"email":"kevin@example.com"}'}::text::jsonb),
        ('user.replaced', '00000000-0000-4000-8000-000000000001',
         jsonb_build_object('email', 'kevin@example.com', 'replaced_by', ${id}::text))`;
    const rehearsal = await users('erase', 'kevin@example.com', '--dry-run', '--json');
    expect([rehearsal.status, rehearsal.json()]).toEqual([
      0,
      {
        dry_run: true,
        erased: 0,
        would_erase: 1,
        not_found: 0,
        owed_mails: 1,
        wrong_try_counts: 1,
        events_with_address: 2,
      },
    ]);
    expect(await everything()).toMatch(privateData);

    const unconfirmed = await users('erase', 'kevin@example.com', '--reason', 'asked by mail');
    expect([unconfirmed.status, unconfirmed.stderr]).toEqual([2, expect.stringContaining('--yes')]);
    expect(await everything()).toMatch(privateData);

    const done = await users('erase', 'Kevin@example.com', '--reason', 'asked by mail', '--yes', '--json');
    expect(done.json()).toMatchObject({
      erased: 1,
      owed_mails: 1,
      wrong_try_counts: 1,
      events_with_address: 2,
    });
    const left = await everything();
    expect(left).not.toMatch(privateData);
    const [digest] = await database.sql<
      { hex: string }[]
    >`select encode(sha256('kevin@example.com'), 'hex') as hex`;
    expect(left).not.toContain(digest?.hex);
    const [erasure] = lines((await users('erasures')).stdout);
    expect(erasure).toEqual({
      account_id: id,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      erased_at: expect.any(String),
    });
    expect(
      await database.sql`select type, data->>'user_id' as id from events where type = 'user.deleted'`,
    ).toEqual([{ type: 'user.deleted', id }]);
    expect((await users('find', 'kevin@example.com', '--json')).json()).toMatchObject({
      account: null,
      erasures: [{ account_id: id }],
      audit: [{ action: 'users.erase', reason: 'asked by mail' }],
    });
  });

  it('deletes the address from events of purged registrations, with or without a new account', async () => {
    await database.sql`
      insert into events (type, account_id, data)
      values ('user.registered', gen_random_uuid(), ${'{"email":"kevin@example.com"}'}::text::jsonb)`;
    await insertActivated(database.sql, 'kevin@example.com');
    const done = await users('erase', 'kevin@example.com', '--reason', 'asked', '--yes', '--json');
    expect(done.json()).toMatchObject({ erased: 1, events_with_address: 1 });
    expect(await everything()).not.toMatch(privateData);

    await database.sql`
      insert into events (type, account_id, data)
      values ('user.registered', gen_random_uuid(), ${'{"email":"kevin@example.com"}'}::text::jsonb)`;
    await database.sql`insert into address_days (digest, mails) values (sha256('kevin@example.com'), array[now()])`;
    expect((await users('export', '--of', 'kevin@example.com')).json()).toMatchObject({
      account: null,
      events: [{ type: 'user.registered' }],
    });
    const rest = await users('erase', 'Kevin@example.com', '--reason', 'asked again', '--yes', '--json');
    expect([rest.status, rest.json()]).toEqual([
      0,
      expect.objectContaining({ erased: 0, not_found: 0, events_with_address: 1 }),
    ]);
    expect(await everything()).not.toMatch(privateData);
    expect((await users('erase', 'kevin@example.com', '--reason', 'x', '--yes')).status).toBe(1);
  });

  it('erases a list, and reports what it did not find', async () => {
    await insertActivated(database.sql, 'ana@example.com');
    await insertActivated(database.sql, 'marie@example.com');
    const list = file('leavers.txt', [
      'Ana@example.com',
      '',
      'gone@example.com',
      'not@an@address',
      'marie@example.com',
      'ana@EXAMPLE.com',
    ]);
    const done = await users('erase', '--from', list, '--reason', 'contract ended', '--yes', '--json');
    expect([done.status, done.json()]).toEqual([1, expect.objectContaining({ erased: 2, not_found: 2 })]);
    expect(done.stderr).toContain('gone@example.com');
    expect(done.stderr).toContain('Nothing found for not@an@address. The address contains');
    expect(await database.sql`select 1 from audit`).toHaveLength(2);
  });

  it('repeats erasures after a restore, and skips a person who has registered again', async () => {
    for (const name of ['ana', 'marie']) await insertActivated(database.sql, `${name}@example.com`);
    const backup = await database.sql`select id, email, password_hash, created_at, activated_at from users`;
    for (const name of ['ana', 'marie'])
      await users('erase', `${name}@example.com`, '--reason', 'asked', '--yes');
    const log = file('erasures.ndjson', lines((await users('erasures')).stdout));
    // The backup is older than the erasures, and Marie has registered a new account.
    await database.sql`truncate erasures`;
    await database.sql`insert into users ${database.sql(backup.filter(({ email }) => email === 'ana@example.com'))}`;
    await insertActivated(database.sql, 'marie@example.com');
    const again = (...more: string[]) => users('erase', '--again', '--from', log, '--json', ...more);
    expect((await again('--dry-run')).json()).toMatchObject({ would_erase: 1, absent: 1, spared: 0 });
    const done = await again('--reason', 'restore', '--yes');
    expect([done.status, done.json()]).toEqual([0, { dry_run: false, erased: 1, absent: 1, spared: 0 }]);
    expect(lines((await users('list')).stdout).map(({ email }) => email)).toEqual(['marie@example.com']);
    expect(lines((await users('erasures')).stdout)).toHaveLength(2);
    expect((await users('erase', '--again', '--from', file('x', ['{}']), '--dry-run')).status).toBe(1);
  });
});

describe('users import', () => {
  const hash = hashSync('SecurePass123', 4);
  const person = (name: string, more: object = {}) => ({
    email: `${name}@example.com`,
    password_hash: hash,
    activated_at: '2025-01-31T12:00:00Z',
    ...more,
  });

  it('imports valid lines, reports the others with line and reason, and can be repeated', async () => {
    await insertOwed(database.sql, 'waits@example.com');
    await database.sql`update users set created_at = now()`;
    // An address is blocked for an hour after its registration while no mail was sent.
    await database.sql`update users set created_at = now() where email = 'waits@example.com'`;
    const list = file('people.ndjson', [
      person('ana', { id: '7b0a2a0e-4d7e-4e0a-9a52-1f6e9d1f0c11' }),
      person('Marie', { password_hash: hash.replace('$2b$', '$2y$') }),
      person('kevin', { activated_at: undefined }),
      person('argon', { password_hash: '$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$hash' }),
      person('md5', { password_hash: '5f4dcc3b5aa765d61d8327deb882cf99' }),
      person('cost', { password_hash: hash.replace('$04$', '$31$') }),
      person('two addresses,'),
      'not json',
      person('ana', { activated_at: '2025-02-01T00:00:00Z', password_hash: hashSync('other', 4) }),
      person('waits'),
      person('future', { activated_at: '2999-01-01T00:00:00Z' }),
      person('calendar', { activated_at: '2025-02-30T00:00:00Z' }),
    ]);
    const rehearsal = await users('import', list, '--dry-run', '--json');
    expect([rehearsal.status, rehearsal.json()]).toEqual([
      1,
      expect.objectContaining({ imported: 0, would_import: 2, already_there: 0, refused: 10 }),
    ]);
    expect(lines((await users('list')).stdout)).toHaveLength(1);

    const done = await users('import', list, '--reason', 'move', '--json');
    expect(done.status).toBe(1);
    expect(done.json()).toMatchObject({
      lines: 12,
      imported: 2,
      already_there: 0,
      refused: 10,
      interrupted: false,
    });
    const refusals = done.json()['refusals'] as { line: number; reason: string }[];
    const reasons = Object.fromEntries(refusals.map(({ line, reason }) => [line, reason]));
    expect(reasons).toEqual({
      3: expect.stringContaining('activated_at is missing'),
      4: expect.stringContaining('Argon2'),
      5: expect.stringContaining('bare MD5'),
      6: expect.stringContaining('cost 31'),
      7: expect.stringContaining('email'),
      8: 'is not JSON',
      9: 'email belongs to another account',
      10: expect.stringContaining('waits for its code'),
      11: expect.stringContaining('future'),
      12: expect.stringContaining('not a time'),
    });
    expect(done.stderr).toContain('line 3: activated_at is missing');
    expect(done.stdout + done.stderr).not.toContain('$2');
    expect(await database.sql`select action, accounts, reason from audit`).toEqual([
      { action: 'users.import', accounts: 2, reason: 'move' },
    ]);

    const again = await users('import', list, '--reason', 'move', '--json');
    expect(again.json()).toMatchObject({ imported: 0, already_there: 2, refused: 10 });
  });

  it('replaces an expired registration of the address, and writes its event', async () => {
    await insertExpired(database.sql, 2);
    const [dead] = await database.sql<
      { id: string }[]
    >`select id from users where email = 'dead1@example.com'`;
    await insertActivated(database.sql, 'ana@example.com');
    const [ana] = await database.sql<{ id: string }[]>`select id from users where email = 'ana@example.com'`;
    const list = file('people.ndjson', [person('dead1'), person('dead2', { id: ana?.id })]);
    const rehearsal = await users('import', list, '--dry-run', '--json');
    const done = await users('import', list, '--reason', 'move', '--json');
    expect([rehearsal.json()['refused'], done.json()['refused'], done.json()['imported']]).toEqual([1, 1, 1]);
    const held = await database.sql<{ email: string; activated: boolean }[]>`
      select email, activated_at is not null as activated from users order by 1`;
    expect(held.map(({ email, activated }) => [email, activated])).toEqual([
      ['ana@example.com', true],
      ['dead1@example.com', true],
      ['dead2@example.com', false],
    ]);
    const events = await database.sql`
      select type, account_id, data ->> 'replaced_by' = (select id::text from users where email = 'dead1@example.com') as taken
      from events`;
    expect(events.map((row) => ({ ...row }))).toEqual([
      { type: 'user.replaced', account_id: dead?.id, taken: true },
    ]);
  });

  it('imports the export of another installation', async () => {
    await insertActivated(database.sql, 'ana@example.com');
    await database.sql`update users set password_hash = ${hash}`;
    const list = file('move.ndjson', lines((await users('export', '--with-hashes')).stdout));
    const other = await createDatabase();
    try {
      const done = await cli(['users', 'import', list, '--reason', 'move'], other.env);
      expect([done.status, done.stdout]).toEqual([
        0,
        '1 account imported, 0 already existed, 0 lines refused.\n',
      ]);
      const read = async ({ sql }: TestDatabase) =>
        await sql<object[]>`
        select id, email, password_hash, date_trunc('milliseconds', activated_at) as activated_at from users`;
      const [here, there] = [await read(database), await read(other)];
      expect(there.map((row) => ({ ...row }))).toEqual(here.map((row) => ({ ...row })));
    } finally {
      await other.drop();
    }
  });
});

describe('stats', () => {
  it('counts registrations and their outcomes by day and hour, including purged ones', async () => {
    await insertExpired(database.sql, 20);
    await insertGivenUp(database.sql, 'marie@example.com', '550');
    await insertActivated(database.sql, 'ana@example.com');
    await database.sql`
      update users set created_at = now() - interval '2 hours', activated_at = now() - interval '119 minutes'
      where email = 'ana@example.com'`;
    const stats = async (...args: string[]) => (await run('stats', '--json', ...args)).json();
    const before = await stats('--since', '1d');
    expect(before).toMatchObject({
      registered: 22,
      activated: 1,
      median_seconds_to_activation: 60,
      given_up: 1,
    });
    await run('codes', 'purge');
    await run('users', 'erase', 'ana@example.com', '--reason', 'asked', '--yes');
    const after = await stats('--since', '1d', '--by', 'hour');
    expect(after).toMatchObject({ registered: 22, activated: 1, given_up: 1 });
    const spans = after['by'] as { from: string; registered: number }[];
    expect(spans.reduce((sum, { registered }) => sum + registered, 0)).toBe(22);
    expect(spans.length).toBeGreaterThanOrEqual(25);
    expect((await run('stats')).stdout).toMatch(/^total +22 +1 +5 % /m);
    expect((await run('stats', '--since', '2000-01-01', '--by', 'hour')).status).toBe(2);
  });
});

describe('an operator next to the running service', () => {
  it('sends a new code that activates, and accepts the password of an imported account', async () => {
    const service = await Service.start('one-node', { BCRYPT_COST: '5' });
    try {
      const env = service.env;
      const basic = (email: string) => ({
        Authorization: `Basic ${Buffer.from(`${email}:SecurePass123`).toString('base64')}`,
        'Content-Type': 'application/json',
      });
      const post = (route: string, init: RequestInit) =>
        fetch(`${service.api.url}/api/v1/users/${route}`, { method: 'POST', ...init });
      const kevin = 'kevin@example.com';
      await post('register', {
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ email: kevin, password: 'SecurePass123' }),
      });
      await service.inbox.mailTo(kevin);
      const resent = await cli(['users', 'resend', kevin, '--reason', 'called'], env);
      expect(resent.status).toBe(0);
      const code = codeIn(await service.inbox.mailTo(kevin, 2));
      const activated = await post('activate', {
        headers: basic(kevin),
        body: JSON.stringify({ activation_code: code }),
      });
      expect(activated.status).toBe(200);

      const list = file('people.ndjson', [
        {
          email: 'old@example.com',
          password_hash: hashSync('SecurePass123', 4).replace('$2b$', '$2y$'),
          activated_at: '2025-01-31T12:00:00Z',
        },
      ]);
      expect((await cli(['users', 'import', list, '--reason', 'move'], env)).status).toBe(0);
      const me = await fetch(`${service.api.url}/api/v1/users/me`, { headers: basic('old@example.com') });
      const known =
        me.status === 200
          ? 200
          : (
              await post('activate', {
                headers: basic('old@example.com'),
                body: JSON.stringify({ activation_code: '0000' }),
              })
            ).status;
      expect([200, 409]).toContain(known);
    } finally {
      await service.stop();
    }
  });
});
