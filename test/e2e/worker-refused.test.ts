import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { spawnApp, startAppsAsShipped } from '../support/apps';
import { createDatabase } from '../support/postgres';
import { TcpProxy } from '../support/proxy';
import { until } from '../support/until';

startAppsAsShipped();

/** How long a refused worker is observed, and how much memory it may gain. */
const WATCH_MS = 4_000;
const GROWTH_MAX_MIB = 40;
/** Connections that a refused worker may try: readiness, sweep, sequencing, doorbell and heartbeat. */
const ATTEMPTS_MAX_PER_SECOND = 20;

const residentMib = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;

describe('A worker that PostgreSQL refuses', () => {
  // They are watched at the same time, because watching is waiting.
  it.concurrent.each<[string, (name: string) => NodeJS.ProcessEnv]>([
    ['for its role', () => ({ DATABASE_USER: 'missing_role' })],
    ['because there is no such database', (name) => ({ DATABASE_NAME: `missing_${name}` })],
    ['because it offers no TLS', () => ({ DATABASE_SSL: 'require' })],
    ['because there is no schema', () => ({})],
  ])(
    '%s stays alive and small, and shuts down gracefully',
    async (_why, differing) => {
      const database = await createDatabase({ empty: true });
      const env = { ...database.env, ...differing(String(database.env['DATABASE_NAME'])) };
      const worker = await spawnApp('mailer-worker', env, '/livez');
      try {
        await pause(1_000);
        const before = residentMib(worker.child.pid ?? 0);
        await pause(WATCH_MS);
        expect((await fetch(`${worker.url}/livez`)).status).toBe(200);
        expect((await fetch(`${worker.url}/readyz`)).status).toBe(503);
        expect(residentMib(worker.child.pid ?? 0) - before).toBeLessThan(GROWTH_MAX_MIB);
        expect(worker.lines.length).toBeLessThan(50);
      } finally {
        expect(await worker.stop()).toBe(0);
        await database.drop();
      }
    },
    60_000,
  );

  it('for its password retries with pauses, shuts down gracefully, and works once the password is right', async () => {
    const database = await createDatabase();
    const role = `role_${database.env['DATABASE_NAME']}`;
    await database.sql.unsafe(`create role ${role} superuser login password 'of the past'`);
    const proxy = await TcpProxy.start(database.environment.DATABASE_PORT);
    const env = { ...database.env, DATABASE_PORT: String(proxy.port), DATABASE_USER: role };
    const start = () => spawnApp('mailer-worker', { ...env, DATABASE_PASSWORD: 'rotated' }, '/livez');
    const worker = await start();
    try {
      await until('it is refused', () => worker.lines.some((line) => line.includes('28P01')));
      const before = proxy.accepted;
      await pause(WATCH_MS);
      expect((await fetch(`${worker.url}/livez`)).status).toBe(200);
      expect((await fetch(`${worker.url}/readyz`)).status).toBe(503);
      expect(proxy.accepted - before).toBeLessThan(ATTEMPTS_MAX_PER_SECOND * (WATCH_MS / 1_000));
      const ending = await start();
      expect(await ending.stop()).toBe(0);
      await database.sql.unsafe(`alter role ${role} password 'rotated'`);
      await until('it is ready', async () => (await fetch(`${worker.url}/readyz`)).ok, 15_000);
      await until('it beats', async () => (await database.sql`select from worker_heartbeats`).count >= 1);
    } finally {
      expect(await worker.stop()).toBe(0);
      proxy.stop();
      await database.drop();
    }
  }, 90_000);
});
