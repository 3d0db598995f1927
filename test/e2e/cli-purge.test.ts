import { cli, startCli } from '../support/cli';
import { spawnApp } from '../support/apps';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { TestRedis } from '../support/redis';
import { writeEvents } from '../support/events';
import { addresses, insertActivated, insertExpired, insertOwed } from '../support/registrations';
import { until } from '../support/until';

// Each test runs programs, several of them one after another.
jest.setTimeout(90_000);

describe('codes purge', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase();
    await insertActivated(database.sql, 'marie@example.com');
    await insertOwed(database.sql, 'kevin@example.com');
  });
  afterEach(() => database.drop());

  const KEPT = ['kevin@example.com', 'marie@example.com'];
  const purge = (...options: string[]) => cli(['codes', 'purge', ...options], database.env);

  it('counts with --dry-run, deletes without it, and keeps owed and activated accounts', async () => {
    await insertExpired(database.sql, 2_500);
    const counted = await purge('--dry-run', '--json');
    expect(counted.json()).toEqual({ dry_run: true, deleted: 0, would_delete: 2_500 });
    expect(await addresses(database.sql)).toHaveLength(2_502);

    const purged = await purge('--json');
    expect(purged.json()).toEqual({
      dry_run: false,
      deleted: 2_500,
      wrong_tries_forgotten: 0,
      interrupted: false,
    });
    // No terminal, no progress.
    expect([purged.status, purged.stderr]).toEqual([0, '']);
    expect(await addresses(database.sql)).toEqual(KEPT);
  });

  it('prints the number, and accepts a batch size and an age', async () => {
    await insertExpired(database.sql, 1_234);
    const young = await purge('--older-than', '4h');
    expect(young.stdout).toBe('Deleted 0 registrations.\n');
    const old = await purge('--older-than', '2h', '--batch-size', '100');
    expect(old.stdout).toBe('Deleted 1,234 registrations.\n');
  });

  it('stops between two batches on Ctrl-C, prints the number of deleted rows, and can continue later', async () => {
    await insertExpired(database.sql, 30_000);
    const running = startCli(['codes', 'purge', '--batch-size', '1', '--json'], database.env);
    const left = async () => (await addresses(database.sql)).length - KEPT.length;
    await until('the purge has begun', async () => (await left()) < 30_000);
    running.process.kill('SIGINT');
    const result = await running.result;
    expect([result.status, result.stderr]).toEqual([
      1,
      expect.stringContaining('Stopping after the current batch'),
    ]);
    const { deleted, interrupted } = result.json();
    expect(interrupted).toBe(true);
    const rest = await left();
    expect(rest).toBeGreaterThan(0);
    expect(deleted).toBe(30_000 - rest);
    expect((await purge('--batch-size', '10000', '--json')).json()).toMatchObject({ deleted: rest });
  });

  it('deletes events older than their retention, and keeps the others', async () => {
    const old = await writeEvents(database.sql, 3);
    const young = await writeEvents(database.sql, 2);
    await database.sql`update events set position = ordinal`;
    await database.sql`update events set occurred_at = now() - interval '31 days' where id in ${database.sql(old)}`;
    expect((await purge('--json')).json()).toMatchObject({ deleted: 0, events_deleted: 3 });
    const kept = await database.sql<{ id: string }[]>`select id from events order by ordinal`;
    expect(kept.map(({ id }) => id)).toEqual(young);
    expect((await purge('--json')).json()).not.toHaveProperty('events_deleted');
  });

  it('does not use or mention Redis', async () => {
    const redis = await TestRedis.start();
    const probe = redis.connect();
    try {
      const connections = async () => /total_connections_received:(\d+)/.exec(await probe.info('stats'))?.[1];
      const before = await connections();
      const there = await cli(['codes', 'purge'], { ...database.env, ...redis.env });
      expect([there.status, there.stderr, await connections()]).toEqual([0, '', before]);
      const away = await cli(['codes', 'purge'], {
        ...database.env,
        REDIS_HOST: '127.0.0.1',
        REDIS_PORT: '1',
      });
      expect([away.status, away.stderr]).toEqual([0, '']);
    } finally {
      probe.disconnect();
      await redis.stop();
    }
  });

  it('runs in the mailer-worker, too, if configured', async () => {
    await insertExpired(database.sql, 2_500);
    const worker = await spawnApp('mailer-worker', { ...database.env, PURGE_INTERVAL_SECONDS: '1' });
    try {
      await until('all expired registrations are gone', async () => {
        return (await addresses(database.sql)).length === KEPT.length;
      });
      const said = await until('it logs the purge', () =>
        worker.lines.find((line) => line.includes('Purged')),
      );
      expect(JSON.parse(said)).toMatchObject({ level: 'info', registrations: 2_500 });
      expect(await addresses(database.sql)).toEqual(KEPT);
    } finally {
      expect(await worker.stop()).toBe(0);
    }
  });
});
