import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { SMTPServer } from 'smtp-server';
import { parseEnvironment, type Sql } from '@app/runtime';
import { createSql } from '@app/runtime/testing';
import { Mailbox } from '../../tools/inbox/mailbox';
import { createSmtpServer } from '../../tools/inbox/smtp';
import { freePort } from '../../tools/processes/ports';
import { PrivatePostgres } from '../chaos/private-postgres';
import { spawnApp, type SpawnedApp } from '../support/apps';
import { Authority, type Certificate } from '../support/certificates';
import { cliProcess as cli } from '../support/cli';
import { codeIn, TestInbox } from '../support/inbox';
import { createDatabase } from '../support/postgres';
import { TestRedis } from '../support/redis';
import { Client } from '../support/service';
import { until } from '../support/until';

const ALL_TLS = { DATABASE_SSL: 'verify-full', REDIS_TLS: 'true', SMTP_USE_TLS: 'true' };
const PASSWORD = 'SecurePass123';

let folder: string;
let ours: Authority;
let foreign: Authority;
let postgres: PrivatePostgres;
let sql: Sql;
let redis: TestRedis;
let redisTlsPort: number;
let smtp: SMTPServer;
let smtpPort: number;
const mailbox = new Mailbox();
const apps: SpawnedApp[] = [];

/** PostgreSQL, Redis and a mail server with TLS and a certificate for `localhost` from our authority. */
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'tls-'));
  ours = new Authority(folder, 'ours');
  foreign = new Authority(folder, 'foreign');
  const certificate = ours.issue('localhost');
  [redisTlsPort, smtpPort] = [await freePort(), await freePort()];
  await Promise.all([startPostgres(certificate), startRedis(certificate), startSmtp(certificate)]);
}, 60_000);
afterAll(async () => {
  await Promise.all(apps.map((app) => app.end()));
  await sql.end({ timeout: 1 });
  smtp.close();
  await Promise.all([postgres.stop(), redis.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

/** Environment of an api that finds everything at `host`, and trusts an authority. */
const environment = (host: string, authority: Authority): NodeJS.ProcessEnv => ({
  ...postgres.env(),
  DATABASE_HOST: host,
  REDIS_HOST: host,
  REDIS_PORT: String(redisTlsPort),
  SMTP_HOST: host,
  SMTP_PORT: String(smtpPort),
  NODE_EXTRA_CA_CERTS: authority.file,
  BCRYPT_COST: '4',
  ...ALL_TLS,
});

async function start(
  name: 'api' | 'mailer-worker',
  env: NodeJS.ProcessEnv,
  sign: string,
): Promise<SpawnedApp> {
  const app = await spawnApp(name, env, sign);
  apps.push(app);
  return app;
}

/** What the doctor, which connects as the api and the worker do, reports about each server. */
async function checks(env: NodeJS.ProcessEnv): Promise<unknown> {
  const { findings } = (await cli(['doctor', '--json'], env)).json() as {
    findings: { about: string; id: string; verdict: string }[];
  };
  const ofServer = (about: string): string => {
    const found = findings.filter((finding) => finding.about === about);
    return found.length > 0 && !found.some(({ verdict }) => verdict === 'failed') ? 'healthy' : 'unhealthy';
  };
  return {
    database: ofServer('PostgreSQL'),
    redis: ofServer('Redis'),
    mail: ofServer('Mail server'),
  };
}

/** What a running api reports about the servers that it uses. */
async function checksOfApi(env: NodeJS.ProcessEnv): Promise<unknown> {
  const api = await spawnApp('api', env, '/livez');
  const { body } = await new Client(api.url).get('/api/v1/health');
  await api.end();
  const { database, redis } = body['checks'] as Record<string, string>;
  return { database, redis };
}

describe('With TLS to PostgreSQL, Redis and the mail server', () => {
  it('all of them are reached if certificate and host name are right, from sign-up to activation', async () => {
    const env = environment('localhost', ours);
    const [api] = await Promise.all([start('api', env, '/readyz'), start('mailer-worker', env, '/readyz')]);
    const client = new Client(api.url);
    expect((await client.get('/api/v1/health')).body['status']).toBe('healthy');
    await client.register('tls@example.com', PASSWORD);
    const mail = await until('the mail', () => mailbox.all()[0]);
    expect((await client.activate('tls@example.com', PASSWORD, codeIn(mail))).status).toBe(200);
    expect(await encrypted('user-registration')).toEqual([true]);
  });

  it('the connection that listens for the doorbell in one-node mode is encrypted, too', async () => {
    await start('mailer-worker', { ...environment('localhost', ours), REDIS_HOST: '' }, '/readyz');
    const listening = async (): Promise<boolean[] | false> => {
      const found = await encrypted('user-registration', 'listen %');
      return found.length > 0 && found;
    };
    expect(await until('the worker listens', listening)).toEqual([true]);
  });

  const none = { database: 'unhealthy', redis: 'unhealthy', mail: 'unhealthy' };

  it('no server is used with a certificate of another authority', async () => {
    const env = environment('localhost', foreign);
    const [doctor, api] = await Promise.all([checks(env), checksOfApi(env)]);
    expect([doctor, api]).toEqual([none, { database: 'unhealthy', redis: 'unhealthy' }]);
  });

  it('no server is used under another name than in its certificate', async () => {
    expect(await checks(environment('127.0.0.1', ours))).toEqual(none);
  });

  it('no server is used that does not support TLS', async () => {
    const [plain, inbox] = await Promise.all([createDatabase(), TestInbox.start()]);
    try {
      const env = { ...plain.env, ...redis.env, ...inbox.env, NODE_EXTRA_CA_CERTS: ours.file };
      expect(await checks(env)).toEqual({ database: 'healthy', redis: 'healthy', mail: 'healthy' });
      expect(await checks({ ...env, ...ALL_TLS })).toEqual(none);
      expect(await checks({ ...env, DATABASE_SSL: 'require' })).toMatchObject({ database: 'unhealthy' });
    } finally {
      await Promise.all([inbox.down(), plain.drop()]);
    }
  });

  it('DATABASE_SSL=require encrypts with a certificate of any issuer', async () => {
    const env = { ...environment('127.0.0.1', foreign), DATABASE_SSL: 'require' };
    expect(await checks(env)).toEqual({ ...none, database: 'healthy' });
  });
});

/** Whether connections with that name and last query are encrypted: one entry per distinct answer. */
async function encrypted(application: string, lastQuery = '%'): Promise<boolean[]> {
  const rows = await sql<{ ssl: boolean }[]>`
    select distinct ssl from pg_stat_ssl join pg_stat_activity using (pid)
    where application_name = ${application} and query ilike ${lastQuery} and pid <> pg_backend_pid()`;
  return rows.map(({ ssl }) => ssl);
}

async function startPostgres({ cert, key }: Certificate): Promise<void> {
  postgres = await PrivatePostgres.start();
  expect(await postgres.migrate()).toBe(0);
  sql = createSql(parseEnvironment({ ...postgres.env(), DATABASE_POOL_SIZE: '1' }));
  // PostgreSQL requires files that only its own user can read, so it writes them itself.
  for (const [file, pem] of Object.entries({ 'server.crt': cert, 'server.key': key })) {
    const lines = `select unnest(string_to_array('${pem.trim()}', E'\\n'))`;
    await sql.unsafe(`copy (${lines}) to program 'umask 077; cat > ${file}'`);
  }
  await sql`alter system set ssl = on`;
  await sql`select pg_reload_conf()`;
  await until('PostgreSQL speaks TLS', async () => {
    const [row] = await sql`show ssl`;
    return row?.['ssl'] === 'on';
  });
}

/** Also in plain text, on a separate port. */
async function startRedis({ certFile, keyFile }: Certificate): Promise<void> {
  const files = ['--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', ours.file];
  redis = await TestRedis.start('--tls-port', String(redisTlsPort), ...files, '--tls-auth-clients', 'no');
}

async function startSmtp({ cert, key }: Certificate): Promise<void> {
  smtp = createSmtpServer(mailbox, { cert, key, disabledCommands: ['AUTH'] });
  // A client that trusts no certificate aborts the handshake.
  smtp.on('error', () => {});
  await new Promise<void>((resolve) => smtp.listen(smtpPort, '127.0.0.1', resolve));
}
