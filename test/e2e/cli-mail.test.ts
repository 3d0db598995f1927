import { cli } from '../support/cli';
import { spawnApp } from '../support/apps';
import { codeIn, TestInbox } from '../support/inbox';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { insertGivenUp, insertOwed } from '../support/registrations';

// Each test runs programs, several of them one after another.
jest.setTimeout(90_000);

describe('mail owed, mail retry', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase();
  });
  afterEach(() => database.drop());

  const mail = (...args: string[]) => cli(['mail', ...args], database.env);

  it('lists owed and given-up mails, without complete addresses', async () => {
    await insertOwed(database.sql, 'kevin@example.com', '451 try later, kevin@example.com\u001b[2J');
    await insertGivenUp(database.sql, 'marie@example.com', '550 no such mailbox');
    const listed = (await mail('owed', '--json')).json();
    const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/);
    const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(listed).toEqual({
      owed: 1,
      given_up: 1,
      oldest_seconds: expect.any(Number),
      mails: expect.arrayContaining([
        {
          id: uuid,
          state: 'owed',
          email: 'k***@example.com',
          attempts: 2,
          owed_since: moment,
          next_try_at: moment,
          last_error: '451 try later, k***@example.com [2J',
        },
        {
          id: uuid,
          state: 'given_up',
          email: 'm***@example.com',
          attempts: 7,
          owed_since: moment,
          next_try_at: null,
          last_error: '550 no such mailbox',
        },
      ]),
    });
    const { status, stdout } = await mail('owed');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^STATE +ATTEMPTS +OWED SINCE/);
    expect(stdout).toMatch(/^given up +7 .* m\*\*\*@example\.com +550 no such mailbox$/m);
    expect(stdout).toContain('1 owed, 1 given up.');
    for (const unwanted of ['kevin', 'marie', '\u001b']) expect(stdout).not.toContain(unwanted);
  });

  it('says when the list is incomplete, and when no mail is owed', async () => {
    expect((await mail('owed')).stdout).toBe('No mail is owed.\n');
    for (const name of ['a', 'b', 'c']) await insertOwed(database.sql, `${name}@example.com`);
    const { stdout } = await mail('owed', '--limit', '2');
    expect(stdout).toContain('3 owed, 0 given up, the oldest 2 shown.');
  });

  it('makes the worker send given-up mails', async () => {
    await insertGivenUp(database.sql, 'marie@example.com', '550 no such mailbox');
    await insertOwed(database.sql, 'kevin@example.com');
    const inbox = await TestInbox.start();
    const worker = await spawnApp('mailer-worker', { ...database.env, ...inbox.env });
    try {
      expect((await mail('retry', '--json')).json()).toEqual({ retried: 1 });
      expect(codeIn(await inbox.mailTo('marie@example.com'))).toMatch(/^\d{4}$/);
      // This mail was already owed, and its next attempt is ten minutes away.
      expect(inbox.mailsTo('kevin@example.com')).toEqual([]);
      expect((await mail('retry')).stdout).toBe('No mail was given up.\n');
      expect((await mail('retry', '--now')).stdout).toBe('No mail was given up. 1 mail due now.\n');
      expect(codeIn(await inbox.mailTo('kevin@example.com'))).toMatch(/^\d{4}$/);
      expect((await mail('retry', '--now', '--json')).json()).toEqual({ retried: 0, due_now: 0 });
    } finally {
      await worker.end();
      await inbox.down();
    }
  });
});
