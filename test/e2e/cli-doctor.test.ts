import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { Mailbox } from '../../tools/inbox/mailbox';
import { createSmtpServer } from '../../tools/inbox/smtp';
import { cli, cliProcess, type CliResult } from '../support/cli';
import { freePort } from '../../tools/processes/ports';
import { TestInbox } from '../support/inbox';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { TestRedis } from '../support/redis';
import { insertOwed } from '../support/registrations';

interface Finding {
  readonly id: string;
  readonly about: string;
  readonly verdict: 'ok' | 'warning' | 'failed';
  readonly message: string;
  readonly fix?: string;
}

// Each test runs programs, several of them one after another.
jest.setTimeout(90_000);

const OWN_KEY = { SECRET_KEY: 'a-secret-key-of-the-tests-of-the-doctor' };

describe('doctor', () => {
  let database: TestDatabase;
  let inbox: TestInbox;
  beforeAll(async () => {
    [database, inbox] = await Promise.all([createDatabase(), TestInbox.start()]);
  });
  // A running worker.
  beforeEach(async () => {
    await database.sql`truncate worker_heartbeats`;
    await database.sql`insert into worker_heartbeats (worker_id, seen_at)
      values (gen_random_uuid(), now() + interval '10 minutes')`;
  });
  afterAll(() => Promise.all([database.drop(), inbox.down()]));

  const whole = (env: NodeJS.ProcessEnv) => ({ ...database.env, ...inbox.env, ...OWN_KEY, ...env });
  const doctor = (env: NodeJS.ProcessEnv = {}): Promise<CliResult> => cli(['doctor', '--json'], whole(env));
  const findings = (result: CliResult, verdict: Finding['verdict']): Finding[] =>
    (result.json()['findings'] as Finding[]).filter((finding) => finding.verdict === verdict);

  it('finds no problems in one-node mode', async () => {
    const result = await doctor();
    expect([result.status, result.json()['healthy'], result.stderr]).toEqual([0, true, '']);
    expect([findings(result, 'failed'), findings(result, 'warning')]).toEqual([[], []]);
    const about = new Set(findings(result, 'ok').map((finding) => finding.about));
    expect([...about]).toEqual(['Configuration', 'PostgreSQL', 'Mail server', 'Work']);
  });

  it('prints lines with a sign and a fix', async () => {
    const { stdout } = await cli(['doctor'], { ...database.env, ...inbox.env });
    expect(stdout).toMatch(/^✓ PostgreSQL {5}version \d+/m);
    expect(stdout).toMatch(/^! Configuration {2}SECRET_KEY is the default.*\n {17}→ .*openssl rand/m);
    expect(stdout).toMatch(/\d+ passed, 1 warning, 0 failed\.\n$/);
  });

  it('checks Redis: policy, persistence, password', async () => {
    const redis = await TestRedis.start('--maxmemory-policy', 'allkeys-lru');
    const client = redis.connect();
    try {
      const evicting = await doctor(redis.env);
      expect(evicting.status).toBe(1);
      expect(findings(evicting, 'failed')).toEqual([
        expect.objectContaining({ about: 'Redis', message: expect.stringContaining('allkeys-lru') }),
      ]);
      expect(findings(evicting, 'warning')).toEqual([
        expect.objectContaining({ about: 'Redis', message: expect.stringContaining('appendonly is off') }),
      ]);
      await client.config('SET', 'maxmemory-policy', 'noeviction');
      await client.config('SET', 'requirepass', 'hunter2-hunter2');
      const locked = findings(await doctor(redis.env), 'failed');
      expect(locked).toEqual([
        expect.objectContaining({ about: 'Redis', fix: expect.stringContaining('REDIS_PASSWORD') }),
      ]);
      const known = await doctor({ ...redis.env, REDIS_PASSWORD: 'hunter2-hunter2' });
      expect([known.status, findings(known, 'failed')]).toEqual([0, []]);
      expect(known.stdout).not.toContain('hunter2');
    } finally {
      client.disconnect();
      await redis.stop();
    }
  });

  it('prints the ACL that a user of Redis lacks, which is sufficient', async () => {
    const redis = await TestRedis.start('--appendonly', 'yes', '--user', 'us', 'on', '>us', '+@read');
    const client = redis.connect();
    const limited = { ...redis.env, REDIS_USERNAME: 'us', REDIS_PASSWORD: 'us' };
    try {
      for (const lack of ['a command', 'the keys']) {
        const [lacking, ...others] = findings(await doctor(limited), 'failed');
        expect([lack, lacking?.id, others]).toEqual([lack, 'redis.rights', []]);
        const rule = String(lacking?.fix).replace(/^.*ACL SETUSER /, '');
        await client.call('ACL', 'SETUSER', ...rule.split(' '));
      }
      expect(findings(await doctor(limited), 'failed')).toEqual([]);
      await client.config('SET', 'min-replicas-to-write', '1');
      expect(findings(await doctor(limited), 'failed').map(({ id }) => id)).toEqual(['redis.writable']);
    } finally {
      client.disconnect();
      await redis.stop();
    }
  });

  it('warns of another deployment under the same Redis prefix', async () => {
    const redis = await TestRedis.start('--appendonly', 'yes');
    const warnings = async (env: NodeJS.ProcessEnv): Promise<string[]> =>
      findings(await doctor({ ...redis.env, ...env }), 'warning').map(({ id }) => id);
    try {
      expect(await warnings({})).toEqual([]);
      const other = { SECRET_KEY: 'the-secret-key-of-another-deployment' };
      expect(await warnings({ ...other, REDIS_KEY_PREFIX: 'another' })).toEqual([]);
      expect(await warnings(other)).toEqual(['redis.neighbors']);
    } finally {
      await redis.stop();
    }
  });

  it('reports what is nearly right in the configuration', async () => {
    const result = await doctor({ DATABASE_PASSWROD: 'x', APP_NAME: '"quoted"' });
    const unwise = findings(result, 'warning').filter(({ id }) => id === 'config.unwise');
    expect(unwise.map(({ message }) => message.replace(/:.*/, ''))).toEqual([
      'APP_NAME',
      'DATABASE_PASSWROD',
    ]);
  });

  it('waits for a mail server that greets late', async () => {
    const port = await freePort();
    const server = createSmtpServer(new Mailbox(), {
      disabledCommands: ['STARTTLS'],
      onConnect: (_session, callback) => setTimeout(callback, 6_000),
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    try {
      expect(findings(await doctor({ SMTP_PORT: String(port) }), 'failed')).toEqual([]);
    } finally {
      await new Promise<void>((resolve) => server.close(resolve));
    }
  });

  it('fails when a webhook receiver accepts nothing, or has responded with 410', async () => {
    const url = 'http://127.0.0.1:9/hook';
    const webhook = { WEBHOOK_URL: url, WEBHOOK_SECRET: `whsec_${Buffer.alloc(32).toString('base64')}` };
    await database.sql`
      insert into events (type, account_id, data, position, occurred_at, due_at)
      values ('user.registered', gen_random_uuid(), '{}', 1, now() - interval '1 hour', now() + interval '5 minutes')`;
    try {
      const late = findings(await doctor(webhook), 'failed');
      expect(late).toEqual([
        expect.objectContaining({ id: 'work.events', message: expect.stringContaining('1 event waiting') }),
      ]);
      await database.sql`
        insert into webhook_pauses (url_digest, reason) values (sha256(convert_to(${url}, 'UTF8')), 'answered 410')`;
      expect(findings(await doctor(webhook), 'failed').map(({ id }) => id)).toEqual(['work.webhook']);
    } finally {
      await database.sql`truncate events, webhook_pauses`;
    }
  });

  it('blames the receiver, and no running worker, while the receiver accepts nothing', async () => {
    const url = 'http://127.0.0.1:9/hook';
    const webhook = { WEBHOOK_URL: url, WEBHOOK_SECRET: `whsec_${Buffer.alloc(32).toString('base64')}` };
    await database.sql`
      insert into events (type, account_id, data, position, occurred_at, due_at)
      values ('user.registered', gen_random_uuid(), '{}', 1, now() - interval '3 minutes', now() - interval '2 minutes')`;
    await database.sql`
      insert into webhook_outages (url_digest, since)
      values (sha256(convert_to(${url}, 'UTF8')), now() - interval '3 minutes')`;
    const fixOf = async (): Promise<string | undefined> =>
      findings(await doctor(webhook), 'failed').find(({ id }) => id === 'work.events')?.fix;
    try {
      expect(await fixOf()).toContain('Check the receiver');
      await database.sql`truncate worker_heartbeats`;
      expect(await fixOf()).toContain('Check the mailer-worker');
    } finally {
      await database.sql`truncate events, webhook_outages`;
    }
  });

  describe('with a webhook', () => {
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const asked: string[] = [];
    const pings: unknown[] = [];
    let known = secret;
    let minutesAhead = 0;
    let receiver: Server;
    let url: string;
    beforeAll(async () => {
      receiver = createServer((request, response) => {
        void text(request).then((body) => {
          asked.push(request.method ?? '');
          response.setHeader('Date', new Date(Date.now() + minutesAhead * 60_000).toUTCString());
          if (request.method !== 'POST') return response.writeHead(405).end();
          try {
            pings.push(new Webhook(known).verify(body, request.headers as Record<string, string>));
            return response.writeHead(204).end();
          } catch {
            return response.writeHead(401).end();
          }
        });
      });
      const port = await freePort();
      receiver.listen(port, '127.0.0.1');
      url = `http://127.0.0.1:${port}/hook?token=do-not-show`;
    });
    afterAll(() => void receiver.close());
    beforeEach(() => {
      asked.length = pings.length = minutesAhead = 0;
      known = secret;
    });
    const webhook = () => ({ WEBHOOK_URL: url, WEBHOOK_SECRET: secret });
    const ofWebhook = (result: CliResult) =>
      (result.json()['findings'] as Finding[])
        .filter(({ about }) => about === 'Webhook')
        .map(({ id, verdict }) => [id, verdict]);

    it('checks its receiver without sending anything to it', async () => {
      const result = await doctor(webhook());
      expect(ofWebhook(result)).toEqual([
        ['webhook.secret', 'ok'],
        ['webhook.reachable', 'ok'],
        ['webhook.clock', 'ok'],
      ]);
      expect(asked).toEqual(['HEAD']);
      expect(result.stdout).not.toContain('do-not-show');
    });

    it('sends one signed ping with --ping, and fails if it is refused', async () => {
      const ping = () => cli(['doctor', '--ping', '--json'], { ...database.env, ...inbox.env, ...webhook() });
      expect(ofWebhook(await ping()).at(-1)).toEqual(['webhook.ping', 'ok']);
      expect(pings).toEqual([expect.objectContaining({ type: 'ping', data: {} })]);
      known = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
      const refused = await ping();
      expect([refused.status, ofWebhook(refused).at(-1)]).toEqual([1, ['webhook.ping', 'failed']]);
      expect(findings(refused, 'failed')[0]?.fix).toContain('WEBHOOK_SECRET');
    });

    it('fails if the clock of the receiver makes it refuse every signature', async () => {
      minutesAhead = 6;
      expect(ofWebhook(await doctor(webhook())).at(-1)).toEqual(['webhook.clock', 'failed']);
    });

    it('warns of an unavailable receiver, and of a rotation to the same secret', async () => {
      const env = { WEBHOOK_URL: 'http://127.0.0.1:9/hook', WEBHOOK_SECRET_PREVIOUS: secret };
      const result = await doctor({ ...webhook(), ...env });
      expect(ofWebhook(result)).toEqual([
        ['webhook.secret', 'warning'],
        ['webhook.reachable', 'warning'],
      ]);
      expect(result.status).toBe(0);
    });
  });

  it('explains what to check when a password is wrong, and never prints the password', async () => {
    const port = await freePort();
    const server = createSmtpServer(new Mailbox(), {
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: (_auth, _session, callback) => callback(new Error('Invalid credentials')),
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    try {
      const result = await doctor({
        SMTP_PORT: String(port),
        SMTP_USERNAME: 'us',
        SMTP_PASSWORD: 'hunter2-hunter2',
      });
      expect(result.status).toBe(1);
      expect(findings(result, 'failed')).toEqual([
        expect.objectContaining({ about: 'Mail server', fix: expect.stringContaining('SMTP_PASSWORD') }),
      ]);
      expect(result.stdout).not.toContain('hunter2');
    } finally {
      await new Promise<void>((resolve) => server.close(resolve));
    }
  });

  it('reports a mail server without TLS if TLS is required', async () => {
    const result = await doctor({ SMTP_USE_TLS: 'true' });
    expect(findings(result, 'failed')).toEqual([
      expect.objectContaining({ about: 'Mail server', fix: expect.stringContaining('SMTP_USE_TLS') }),
    ]);
  });

  it('detects an empty database, a read-only one and a missing privilege', async () => {
    const empty = await createDatabase({ empty: true });
    try {
      const failed = findings(await doctor(empty.env), 'failed');
      expect(failed).toEqual([
        expect.objectContaining({ about: 'PostgreSQL', message: expect.stringContaining('0001_users.sql') }),
      ]);
      expect(failed.map(({ fix }) => fix)).toEqual([expect.stringContaining('cli db migrate')]);
      // The check is read-only.
      const [ledger] = await empty.sql`select to_regclass('schema_migrations') as name`;
      expect(ledger).toEqual({ name: null });
      await empty.sql.unsafe(
        `alter database ${empty.env['DATABASE_NAME']} set default_transaction_read_only = on`,
      );
      expect(findings(await doctor(empty.env), 'failed')).toContainEqual(
        expect.objectContaining({ message: expect.stringContaining('read-only') }),
      );
    } finally {
      await empty.drop();
    }
  });

  it('checks connections, processes and proxies', async () => {
    const result = await doctor({ DATABASE_POOL_SIZE: '200', WEB_CONCURRENCY: '2', API_HOST: '0.0.0.0' });
    expect(result.status).toBe(0);
    expect(findings(result, 'warning').map(({ message }) => message)).toEqual([
      expect.stringContaining('TRUST_PROXY is empty'),
      expect.stringContaining('2 api processes without Redis'),
      expect.stringContaining('ENABLE_METRICS: metrics are public'),
      expect.stringContaining('may open 603 connections'),
    ]);
  });

  it('finishes although everything is frozen, and reports each dependency', async () => {
    const redis = await TestRedis.start();
    redis.pause();
    try {
      // A frozen Redis stands in for all three, because it accepts connections and does not respond.
      const port = String(redis.port);
      const started = performance.now();
      const env = whole({ ...redis.env, DATABASE_PORT: port, SMTP_PORT: port });
      const result = await cliProcess(['doctor', '--json'], env);
      const seconds = (performance.now() - started) / 1_000;
      expect(result.status).toBe(1);
      const failed = findings(result, 'failed').map(({ about }) => about);
      expect(failed).toEqual(['PostgreSQL', 'Redis', 'Mail server']);
      expect(seconds).toBeLessThan(20);
    } finally {
      await redis.stop();
    }
  });

  it('fails when mails wait and no worker is running, with an id for each finding', async () => {
    await database.sql`truncate worker_heartbeats`;
    await insertOwed(database.sql, 'kevin@example.com');
    await database.sql`update users set mail_due_at = now() - interval '4 minutes'`;
    try {
      const result = await doctor();
      expect([result.status, result.json()['healthy']]).toEqual([1, false]);
      expect(findings(result, 'failed').map(({ id }) => id)).toEqual(['work.worker', 'work.mail']);
      await database.sql`update users set mail_due_at = null, mail_given_up_at = now()`;
      await database.sql`insert into worker_heartbeats (worker_id) values (gen_random_uuid())`;
      await database.sql`update worker_heartbeats set seen_at = now() + interval '10 minutes'`;
      const later = await doctor();
      expect([later.status, findings(later, 'warning').map(({ id }) => id)]).toEqual([0, ['work.given_up']]);
    } finally {
      await database.sql`truncate users`;
    }
  });

  it('prints the GRANT statements for missing privileges', async () => {
    const role = `limited_${String(database.env['DATABASE_NAME'])}`;
    await database.sql.unsafe(`create role ${role} login password 'limited-role'`);
    try {
      const limited = { DATABASE_USER: role, DATABASE_PASSWORD: 'limited-role' };
      const bare = findings(await doctor(limited), 'failed').find(({ about }) => about === 'PostgreSQL');
      expect(bare).toMatchObject({ id: 'database.rights', fix: expect.stringContaining('GRANT') });
      await database.sql.unsafe(`grant select on schema_migrations, users to ${role}`);
      const [lacking] = findings(await doctor(limited), 'failed').filter(
        ({ id }) => id === 'database.rights',
      );
      const grants = String(lacking?.fix).replace(/^[^:]*: /, '');
      expect(grants).toContain(`GRANT DELETE, INSERT, UPDATE ON users TO "${role}"`);
      await database.sql.unsafe(grants);
      expect(findings(await doctor(limited), 'failed')).toEqual([]);
      await database.sql.unsafe(`revoke usage on schema public from public`);
      const shut = findings(await doctor(limited), 'failed').find(({ id }) => id === 'database.rights');
      expect(shut?.fix).toContain(`GRANT USAGE ON SCHEMA public TO "${role}";`);
    } finally {
      await database.sql.unsafe(`grant usage on schema public to public`);
      await database.sql.unsafe(`drop owned by ${role}; drop role ${role}`);
    }
  });

  it('mentions DATABASE_SSL if the server has no TLS', async () => {
    const failed = findings(await doctor({ DATABASE_SSL: 'verify-full' }), 'failed');
    expect(failed[0]).toMatchObject({ id: 'database.tls', message: expect.stringContaining('DATABASE_SSL') });
  });

  it('lists the faults of a configuration, and exits with 78', async () => {
    const result = await doctor({ DATABASE_PORT: 'x', SECRET_KEY: 'short' });
    expect([result.status, result.json()['healthy']]).toEqual([78, false]);
    expect(findings(result, 'failed').map(({ message }) => message)).toEqual([
      expect.stringContaining('DATABASE_PORT: '),
      expect.stringContaining('SECRET_KEY: '),
    ]);
    expect(result.stdout).not.toContain('short"');
  });
});
