import { setTimeout as pause } from 'node:timers/promises';
import { spawnApp } from '../support/apps';
import { createDatabase } from '../support/postgres';
import { TestRedis } from '../support/redis';
import { until } from '../support/until';

/** How long a refused worker is observed. */
const WATCH_MS = 4_000;
/** Commands that Redis may have to refuse. */
const REFUSALS_MAX_PER_SECOND = 20;

describe('A worker that Redis refuses', () => {
  // They are watched at the same time, because watching is waiting.
  it.concurrent.each([
    ['INFO', '-info'],
    ['scripts', '-@scripting'],
    ['every write', '-@write'],
  ])(
    'the privilege for %s retries with pauses, ends in order, and listens once it has the privilege',
    async (_what, right) => {
      const [database, redis] = await Promise.all([createDatabase(), TestRedis.start()]);
      const admin = redis.connect();
      await admin.acl('SETUSER', 'limited', 'on', '>secret', '~*', '&*', '+@all', right);
      const env = { ...database.env, ...redis.env, REDIS_USERNAME: 'limited', REDIS_PASSWORD: 'secret' };
      const worker = await spawnApp('mailer-worker', env);
      const refused = async (): Promise<number> => {
        const stats = await admin.info('commandstats');
        return [...stats.matchAll(/(?:rejected|failed)_calls=(\d+)/g)].reduce(
          (sum, [, n]) => sum + Number(n),
          0,
        );
      };
      try {
        await pause(1_000);
        const before = await refused();
        await pause(WATCH_MS);
        expect((await fetch(`${worker.url}/livez`)).status).toBe(200);
        expect((await refused()) - before).toBeLessThan(REFUSALS_MAX_PER_SECOND * (WATCH_MS / 1_000));
        const ending = await spawnApp('mailer-worker', env);
        expect(await ending.stop()).toBe(0);
        await admin.acl('SETUSER', 'limited', '+@all');
        const listens = async (): Promise<boolean> =>
          String(await admin.client('LIST')).includes(' cmd=bzpopmin ');
        await until('it waits for the doorbell', listens, 5_000);
      } finally {
        expect(await worker.stop()).toBe(0);
        admin.disconnect();
        await Promise.all([database.drop(), redis.stop()]);
      }
    },
    60_000,
  );
});
