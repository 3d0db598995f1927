import { spawnApp } from '../support/apps';
import { createDatabase } from '../support/postgres';
import { TestRedis } from '../support/redis';
import { until } from '../support/until';

describe('Warnings at start', () => {
  it.each(['api', 'mailer-worker'] as const)(
    'the %s warns of a Redis that drops keys, and of more connections than PostgreSQL has',
    async (name) => {
      const [database, redis] = await Promise.all([
        createDatabase(),
        TestRedis.start('--maxmemory-policy', 'allkeys-lru'),
      ]);
      const app = await spawnApp(name, { ...database.env, ...redis.env, DATABASE_POOL_SIZE: '200' });
      const warned = (word: string) =>
        until(`a warning with "${word}"`, () =>
          app.lines
            .filter((line) => line.startsWith('{'))
            .map((line) => JSON.parse(line) as Record<string, unknown>)
            .find(({ level, message }) => level === 'warn' && String(message).includes(word)),
        );
      try {
        expect(await warned('noeviction')).toMatchObject({ maxmemory_policy: 'allkeys-lru' });
        expect(await warned('max_connections')).toMatchObject({ wanted: 402 });
      } finally {
        await app.end();
        await Promise.all([database.drop(), redis.stop()]);
      }
    },
  );
});
