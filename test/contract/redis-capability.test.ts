import { createLogger, parseEnvironment, checkRedisCapability, type Redis } from '@app/runtime';
import { createRedis } from '@app/runtime/testing';
import { TestRedis } from '../support/redis';
import { until } from '../support/until';

const logger = createLogger({ level: 'silent', app: 'test' });

let server: TestRedis;
const clients: Redis[] = [];

const connect = async (env: NodeJS.ProcessEnv = {}): Promise<() => Promise<boolean>> => {
  const environment = parseEnvironment({ ...server.env, ...env });
  const redis = createRedis(environment, logger);
  clients.push(redis);
  await until('the client is connected', async () => redis.status === 'ready');
  return () => checkRedisCapability(redis, environment);
};

const command = async (name: string, ...words: readonly string[]): Promise<unknown> => {
  const redis = server.connect();
  try {
    return await redis.call(name, ...words);
  } finally {
    redis.disconnect();
  }
};

beforeEach(async () => {
  server = await TestRedis.start();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect();
  await server.stop();
});

type Words = [string, ...string[]];
/** The state, how to cause it, the reply of Redis, and how to end it. */
type State = [string, Words, string, Words];

describe('The check that Redis is usable', () => {
  it.each<State>([
    ['full', ['config', 'set', 'maxmemory', '1'], 'OOM', ['config', 'set', 'maxmemory', '0']],
    ['read-only', ['replicaof', '127.0.0.1', '1'], 'READONLY', ['replicaof', 'no', 'one']],
    [
      'without the replicas that writes want',
      ['config', 'set', 'min-replicas-to-write', '1'],
      'NOREPLICAS',
      ['config', 'set', 'min-replicas-to-write', '0'],
    ],
  ])(
    'fails with the reason if Redis is %s, and passes again afterwards',
    async (_, breakIt, reason, repair) => {
      const prove = await connect();
      expect(await prove()).toBe(false);
      await command(...breakIt);
      await expect(prove()).rejects.toThrow(reason);
      await command(...repair);
      await until('it holds again', () =>
        prove().then(
          () => true,
          () => false,
        ),
      );
    },
  );

  it.each([
    ['to write', '+@read +info'],
    ['to ask INFO', '+@all -info'],
    ['to run scripts', '+@all -@scripting'],
    ['to ask for the time', '+@all -time'],
    ['to run a known script', '+@all -evalsha'],
    ['to count requests', '+@all -zadd'],
    ['to store metrics', '+@all -hset'],
    ['to read metrics', '+@all -hgetall'],
    ['to let keys expire', '+@all -expire'],
    ['to use transactions', '+@all -@transaction'],
    ['to wait for the doorbell', '+@all -@blocking'],
    ['to write to the doorbell', '+@all -xadd'],
  ])('fails if the user lacks the privilege %s', async (_, rights) => {
    await command(
      'acl',
      'setuser',
      'limited',
      'on',
      '>secret',
      '~*',
      '&*',
      '+@connection',
      ...rights.split(' '),
    );
    const prove = await connect({ REDIS_USERNAME: 'limited', REDIS_PASSWORD: 'secret' });
    await expect(prove()).rejects.toThrow(/NOPERM.* '[a-z]+' command/);
  });

  it('fails if the user lacks the privilege to load a script that Redis knows at the moment', async () => {
    const prove = await connect();
    await prove();
    await command('acl', 'setuser', 'default', '-eval');
    await expect(prove()).rejects.toThrow(/NOPERM.* 'eval' command/);
  });

  it('fails if Redis refuses the configured database, because database 0 would be used instead', async () => {
    await server.stop();
    await server.restart('--databases', '1');
    const prove = await connect({ REDIS_DB: '2' });
    await expect(prove()).rejects.toThrow('DB index is out of range');
  });

  it('passes for the user that docs/operations.md describes', async () => {
    const rights = '+@read +@write +@scripting +@pubsub +@connection +@transaction +@blocking +info +time';
    await command('acl', 'setuser', 'described', 'on', '>secret', '~*', '&*', ...rights.split(' '));
    const prove = await connect({ REDIS_USERNAME: 'described', REDIS_PASSWORD: 'secret' });
    expect(await prove()).toBe(false);
  });

  it('detects another deployment under the same prefix, and none under another', async () => {
    const [one, same] = [await connect(), await connect()];
    expect([await one(), await same()]).toEqual([false, false]);
    const SECRET_KEY = 'the key of another deployment, long enough to be taken';
    const apart = await connect({ SECRET_KEY, REDIS_KEY_PREFIX: 'another' });
    expect([await apart(), await one()]).toEqual([false, false]);
    const other = await connect({ SECRET_KEY });
    expect([await other(), await one()]).toEqual([true, true]);
  });
});
