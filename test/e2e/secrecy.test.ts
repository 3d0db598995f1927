import { Client, MODES, Service } from '../support/service';
import { codeIn } from '../support/inbox';
import { until } from '../support/until';

/** Eight digits, so that an unrelated number is not mistaken for the code. */
const DIGITS = { ACTIVATION_CODE_LENGTH: '8' };

describe.each(MODES)('What is stored about a code, %s', (mode) => {
  let service: Service;
  let client: Client;

  beforeAll(async () => {
    service = await Service.startApi(mode, DIGITS);
    client = new Client(service.api.url);
  });
  afterAll(() => service.stop());

  it('is unusable, before and after its mail is sent', async () => {
    await client.register('hidden@example.com', 'SecurePass123');
    const whileOwed = await everythingStored(service);
    await service.startWorker();
    const code = codeIn(await service.inbox.mailTo('hidden@example.com'));
    await until('the mail is marked sent', async () => {
      const [row] = await service.database.sql`
        select 1 from users where email = 'hidden@example.com' and mail_sent_at is not null`;
      return row !== undefined;
    });
    const afterwards = await everythingStored(service);

    expect(code).toMatch(/^\d{8}$/);
    for (const dump of [whileOwed, afterwards]) {
      expect(dump.database).toContain('hidden@example.com');
      expect(dump.database).not.toContain(code);
      expect(dump.redis).not.toContain(code);
      expect(dump.redis).not.toContain('hidden@example.com');
    }
    const id = /"mail_id":"([0-9a-f-]{36})"/.exec(whileOwed.database)?.[1] ?? 'none';
    expect(whileOwed.redis).not.toContain(id);
    const logs = [...service.api.lines, ...(service.worker?.lines ?? [])].join('\n');
    expect(logs).not.toContain(code);
    expect((await client.activate('hidden@example.com', 'SecurePass123', code)).status).toBe(200);
  });
});

async function everythingStored(service: Service): Promise<{ database: string; redis: string }> {
  const { sql } = service.database;
  const users = await sql<{ row: unknown }[]>`select to_jsonb(u.*) as row from users as u`;
  const tries = await sql<{ row: unknown }[]>`select to_jsonb(w.*) as row from address_days as w`;
  const events = await sql<{ row: unknown }[]>`select to_jsonb(e.*) as row from events as e`;
  return {
    database: JSON.stringify([...users, ...tries, ...events].map(({ row }) => row)),
    redis: await redisDump(service),
  };
}

async function redisDump(service: Service): Promise<string> {
  if (service.redis === null) return '';
  const redis = service.redis.connect();
  try {
    const keys = await redis.keys('*');
    const values = await Promise.all(
      keys.map(async (key) => {
        switch (await redis.type(key)) {
          case 'hash':
            return await redis.hgetall(key);
          case 'list':
            return await redis.lrange(key, 0, -1);
          case 'set':
            return await redis.smembers(key);
          case 'zset':
            return await redis.zrange(key, '0', '-1');
          case 'stream':
            return await redis.xrange(key, '-', '+');
          default:
            return await redis.get(key);
        }
      }),
    );
    return JSON.stringify([keys, values]);
  } finally {
    redis.disconnect();
  }
}
