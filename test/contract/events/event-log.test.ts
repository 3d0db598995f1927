import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { webhookHeaders } from '@app/events';
import { PostgresDeliveries, PostgresEventAdministration, PostgresEventLog } from '@app/events/testing';
import { createDatabase, type TestDatabase } from '../../support/postgres';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

const administration = () => new PostgresEventAdministration(database.sql);

const write = (accountId: string) => database.sql`
  insert into events (type, account_id, data) values ('user.registered', ${accountId}, '{"user_id": "x"}')`;

describe('the log of events in PostgreSQL', () => {
  it('places each event once, and pages through the events in order without gaps', async () => {
    const log = new PostgresEventLog(database.sql, database.environment);
    for (let n = 0; n < 20; n += 1) await write(randomUUID());
    const placed = await Promise.all(Array.from({ length: 4 }, () => log.sequence(100, false)));
    expect(placed.reduce((sum, count) => sum + count, 0)).toBe(20);
    const seen: string[] = [];
    let after: bigint | null = null;
    for (;;) {
      const page = await log.page(after, 7);
      seen.push(...page.events.map(({ id }) => id));
      after = page.next;
      if (page.upToDate) break;
    }
    expect(new Set(seen).size).toBe(20);
    expect(after).toBe(20n);
    await expect(log.page(21n, 7)).rejects.toMatchObject({ code: 'events.cursor_unknown' });
  });

  it('delivers the events of one account one after another', async () => {
    const log = new PostgresEventLog(database.sql, database.environment);
    const deliveries = new PostgresDeliveries(database.sql, database.environment);
    const account = randomUUID();
    await write(account);
    await write(account);
    expect(await log.sequence(100, true)).toBe(2);
    const worker = randomUUID();
    const [first, ...none] = await deliveries.claimDue(10, worker, 12);
    expect([first?.attempt, none]).toEqual([1, []]);
    await deliveries.postpone(first?.id ?? '', 60, 'the receiver answered 500');
    expect(await deliveries.claimDue(10, worker, 12)).toEqual([]);
    expect(await administration().retry()).toBe(1);
    await deliveries.claimDue(10, worker, 12);
    await deliveries.markDelivered([first?.id ?? '']);
    const [second] = await deliveries.claimDue(10, worker, 12);
    expect(second?.id).not.toBe(first?.id);
    await deliveries.giveUp(second?.id ?? '', 'three days');
    expect(await deliveries.backlog()).toMatchObject({ waiting: 0, givenUp: 1, paused: false });
  });

  it('gives up unattempted events that wait behind others once a receiver has accepted nothing for three days', async () => {
    const { sql, environment } = database;
    await sql`truncate events`;
    const log = new PostgresEventLog(sql, environment);
    const deliveries = new PostgresDeliveries(sql, environment);
    for (let n = 0; n < 4; n += 1) await write(randomUUID());
    await log.sequence(100, true);
    const [tried] = await deliveries.claimDue(1, randomUUID(), 12);
    await deliveries.postpone(tried?.id ?? '', 600, 'the receiver answered 500');
    const advanceDays = async (days: number): Promise<void> => {
      await sql`update webhook_outages set since = since - make_interval(days => ${days})`;
      await sql`update events set due_at = due_at - make_interval(days => ${days}),
                first_tried_at = first_tried_at - make_interval(days => ${days})`;
    };
    const threeDays = 3 * 86_400;
    await advanceDays(2);
    expect(await deliveries.giveUpUnaccepted(threeDays)).toBe(0);
    await write(randomUUID());
    await log.sequence(100, true);
    await advanceDays(1);
    await write(randomUUID());
    await log.sequence(100, true);
    expect(await deliveries.giveUpUnaccepted(threeDays)).toBe(4);
    expect(await deliveries.backlog()).toMatchObject({ waiting: 2, givenUp: 4 });
    const { entries } = await administration().list({}, 10);
    expect(entries.filter(({ delivery }) => delivery === 'given_up').map((entry) => entry.lastError)).toEqual(
      [
        'the receiver takes nothing',
        'the receiver takes nothing',
        'the receiver takes nothing',
        'the receiver answered 500',
      ],
    );
    // A retry starts again: none of its events is given up until it has been attempted for as long.
    expect(await administration().retry()).toBe(4);
    await advanceDays(2);
    expect(await deliveries.giveUpUnaccepted(threeDays)).toBe(1);
  });

  it('makes events due, except leased ones and retries in time, after the clock was set back', async () => {
    const { sql, environment } = database;
    await sql`truncate events, webhook_outages`;
    const log = new PostgresEventLog(sql, environment);
    const deliveries = new PostgresDeliveries(sql, environment);
    for (let n = 0; n < 3; n += 1) await write(randomUUID());
    await log.sequence(100, true);
    const [tried, leased] = await deliveries.claimDue(2, randomUUID(), 12);
    await deliveries.postpone(tried?.id ?? '', 600, 'the receiver answered 500');
    await sql`update events set due_at = due_at + interval '1 hour'`;
    expect(await deliveries.bringForward()).toBe(1);
    const [fresh] = await deliveries.claimDue(3, randomUUID(), 12);
    expect([tried?.id, leased?.id]).not.toContain(fresh?.id);
    await sql`update events set due_at = due_at + interval '1 day'`;
    expect(await deliveries.bringForward()).toBe(1);
    expect((await deliveries.claimDue(3, randomUUID(), 12)).map(({ id }) => id)).toEqual([tried?.id]);
  });

  it('gives up no unattempted event if the receiver accepts other events, or no worker has tried', async () => {
    const { sql, environment } = database;
    await sql`truncate events, webhook_outages`;
    const log = new PostgresEventLog(sql, environment);
    const deliveries = new PostgresDeliveries(sql, environment);
    for (let n = 0; n < 3; n += 1) await write(randomUUID());
    await log.sequence(100, true);
    await sql`update events set due_at = due_at - interval '4 days'`;
    expect(await deliveries.giveUpUnaccepted(86_400)).toBe(0);
    const [first, second] = await deliveries.claimDue(2, randomUUID(), 12);
    await deliveries.postpone(first?.id ?? '', 600, 'the receiver answered 500');
    await sql`update webhook_outages set since = since - interval '4 days'`;
    await deliveries.markDelivered([second?.id ?? '']);
    expect(await deliveries.giveUpUnaccepted(86_400)).toBe(0);
  });

  it('lists events newest first, page by page, those without a position before all others', async () => {
    const { sql, environment } = database;
    await sql`truncate events restart identity`;
    const log = new PostgresEventLog(sql, environment);
    const write = async (count: number): Promise<void> => {
      await sql`
        insert into events (type, account_id, data, request_id)
        select 'user.registered', gen_random_uuid(), jsonb_build_object('user_id', n), 'listed'
        from generate_series(1, ${count}::int) n`;
    };
    await write(12);
    await log.sequence(100, false);
    await write(11);
    const ids = async (): Promise<string[]> =>
      (await sql<{ id: string }[]>`select id from events order by ordinal desc`).map(({ id }) => id);
    const listed = async (since?: Date): Promise<string[]> => {
      const found: string[] = [];
      let after: string | undefined;
      do {
        const page = await administration().list(since === undefined ? {} : { since }, 3, after);
        expect(page.entries.length).toBeLessThanOrEqual(3);
        found.push(...page.entries.map(({ id }) => id));
        after = page.next ?? undefined;
      } while (after !== undefined);
      return found;
    };
    expect(await listed()).toEqual(await ids());
    expect(await listed(new Date(0))).toEqual(await ids());
    expect(await listed(new Date(Date.now() - 60_000))).toEqual(await ids());
    expect(await listed(new Date(Date.now() + 60_000))).toEqual([]);
    expect(await listed(new Date('0001-01-01T00:00:00Z'))).toEqual(await ids());
  });

  it('replays each event once, even while a worker delivers events that are due again', async () => {
    const { sql, environment } = database;
    await sql`truncate events`;
    const log = new PostgresEventLog(sql, environment);
    const count = 12_000;
    await sql`
      insert into events (type, account_id, data)
      select 'user.registered', gen_random_uuid(), '{"user_id": "x"}' from generate_series(1, ${count}::int)`;
    await log.sequence(count, false);
    expect(await administration().countReplay(3_600)).toBe(count);
    const progress: number[] = [];
    const delivering: Promise<unknown>[] = [];
    const replayed = await administration().replay(3_600, (done) => {
      progress.push(done);
      // Sent before the next batch, and on another connection.
      delivering.push(
        sql`update events set due_at = null, delivered_at = now() where due_at is not null`.execute(),
      );
    });
    await Promise.all(delivering);
    expect([replayed, progress]).toEqual([count, [5_000, 10_000, 12_000]]);
  });

  it('signs according to Standard Webhooks, with both secrets during a rotation', () => {
    const secrets = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'];
    const headers = webhookHeaders('event-1', Math.floor(Date.now() / 1_000), '{"a":1}', secrets);
    for (const secret of secrets) expect(new Webhook(secret).verify('{"a":1}', headers)).toEqual({ a: 1 });
  });

  it('deletes its oldest events, except those still owed, and tells readers', async () => {
    const { sql, environment } = database;
    await sql`truncate events`;
    const log = new PostgresEventLog(sql, environment);
    const sent = { ...environment, WEBHOOK_URL: 'http://127.0.0.1:9/' };
    for (let n = 0; n < 4; n += 1) await write(randomUUID());
    await sql`update events set occurred_at = now() - interval '31 days'
              where id in (select id from events order by ordinal limit 3)`;
    await log.sequence(100, true);
    const start = (await log.page(null, 100)).next - 4n;
    await sql`update events set due_at = null where position = ${String(start + 1n)}`;

    const retention = new PostgresEventLog(sql, sent);
    expect(await retention.forget(2)).toEqual({ deleted: 1, undelivered: 0 });
    expect(await retention.forget(2)).toEqual({ deleted: 0, undelivered: 0 });
    await expect(log.page(start, 7)).rejects.toMatchObject({ code: 'events.forgotten' });
    expect((await log.page(start + 1n, 7)).events).toHaveLength(3);

    // The receiver wants no more events, so only the retention decides.
    const deliveries = new PostgresDeliveries(sql, sent);
    const [claimed] = await deliveries.claimDue(1, randomUUID(), 12);
    await deliveries.pause(claimed?.id ?? '', 'the receiver answered 410');
    expect(await retention.forget(100)).toEqual({ deleted: 2, undelivered: 2 });
    const rest = await log.page(null, 7);
    expect([rest.events.length, rest.next]).toEqual([1, start + 4n]);
  });
});
