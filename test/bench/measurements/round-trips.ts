import { hash } from 'bcrypt';
import { CountingProxy } from '../counting-proxy';
import { median, type Figure } from '../figures';
import type { Call } from '../http-load';
import { activations, PASSWORD, signUps } from '../people';
import type { Stage } from '../stage';

const CALLS = 21;

interface Counts {
  readonly redis: number;
  readonly postgres: number;
}

/** Round trips of one request, counted on the wire; the median, because metrics are flushed occasionally. */
export async function roundTrips(stage: Stage): Promise<Figure[]> {
  const redis = await CountingProxy.start(stage.redis.port);
  const postgres = await CountingProxy.start(Number(stage.database.env['DATABASE_PORT']));
  const env = {
    BCRYPT_COST: '4',
    REDIS_PORT: String(redis.port),
    DATABASE_PORT: String(postgres.port),
    // One connection, whose statements are prepared after the first calls.
    DATABASE_POOL_SIZE: '1',
  };
  try {
    return await stage.withApi(env, async ({ load }) => {
      const count = async (calls: readonly Call[]): Promise<Counts> => {
        const each: Counts[] = [];
        for (const call of calls) {
          const before = { redis: redis.roundTrips, postgres: postgres.roundTrips };
          await load.call(call);
          each.push({
            redis: redis.roundTrips - before.redis,
            postgres: postgres.roundTrips - before.postgres,
          });
        }
        return {
          redis: median(each.map((one) => one.redis)),
          postgres: median(each.map((one) => one.postgres)),
        };
      };
      const passwordHash = await hash(PASSWORD, 4);
      const register = await count(signUps(CALLS));
      const activate = await count(await activations(stage.database.sql, CALLS, passwordHash));
      const idle = await count(Array.from({ length: CALLS }, () => ({ method: 'GET', path: '/livez' })));
      return [
        figure(
          'register',
          'Redis',
          { exactly: 1 },
          register.redis,
          'for the limits; the doorbell is rung off the path',
        ),
        figure('register', 'PostgreSQL', { exactly: 1 }, register.postgres),
        figure(
          'activate',
          'Redis',
          { atMost: 2 },
          activate.redis,
          'a right password costs the second one: docs/decisions/0007-limits-of-activation.md',
        ),
        figure('activate', 'PostgreSQL', { atMost: 2 }, activate.postgres),
        figure(
          'metrics of a request',
          'Redis and PostgreSQL',
          { exactly: 0 },
          idle.redis + idle.postgres,
          'counted on /livez, which needs neither',
        ),
      ];
    });
  } finally {
    redis.stop();
    postgres.stop();
  }
}

const figure = (
  job: string,
  store: string,
  target: Figure['target'],
  value: number,
  note?: string,
): Figure => ({
  table: 'speed',
  job: `round trips: ${job}`,
  figure: `to ${store}, per request`,
  unit: '',
  target,
  rounds: [value],
  ...(note === undefined ? {} : { note }),
});
