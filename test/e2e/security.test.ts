import { connect } from 'node:net';
import { Child } from '../../tools/processes/child';
import { codeIn } from '../support/inbox';
import { spawnApp } from '../support/apps';
import { Client, Service } from '../support/service';
import { until } from '../support/until';

const PASSWORD = 'SecurePass123';

let service: Service;
let client: Client;
beforeAll(async () => {
  service = await Service.start('one-node', {
    ACTIVATION_CODE_MAX_RESENDS: '2',
    ACTIVATION_CODE_MAX_ATTEMPTS: '5',
  });
  client = new Client(service.api.url);
});
afterAll(() => service.stop());

describe('Guessing', () => {
  it('faces longer codes after ten failed attempts in a day, and the owner can still activate', async () => {
    await client.register('guessed@example.com', PASSWORD);
    for (let sent = 1; sent <= 2; sent += 1) {
      const code = codeIn(await service.inbox.mailTo('guessed@example.com', sent));
      expect(code).toHaveLength(4);
      const wrong = code === '0000' ? '0001' : '0000';
      for (const status of [400, 400, 400, 400, 410]) {
        expect((await client.activate('guessed@example.com', PASSWORD, wrong)).status).toBe(status);
      }
      expect((await client.newCode('guessed@example.com', PASSWORD)).status).toBe(202);
    }
    const longer = codeIn(await service.inbox.mailTo('guessed@example.com', 3));
    expect(longer).toHaveLength(5);
    expect((await client.activate('guessed@example.com', PASSWORD, longer)).status).toBe(200);
  });

  it('and blocking an address by requesting new codes come to an end, and its owner gets it', async () => {
    const strangers = 'StrangersPass1';
    await client.register('held@example.com', strangers);
    for (let resend = 0; resend < 2; resend += 1) {
      expect((await client.newCode('held@example.com', strangers)).status).toBe(202);
    }
    const refused = await client.newCode('held@example.com', strangers);
    expect(refused.body).toMatchObject({
      status: 429,
      error: 'RateLimitExceeded',
      limit: 'resend',
      message: expect.stringMatching(/register again/i),
      retry_after_seconds: 60,
    });
    // Owed or valid, the last code blocks the address until it expires, and no longer.
    expect((await client.register('held@example.com', PASSWORD)).status).toBe(409);
    await until('the last mail was sent', async () => {
      const [row] = await service.database.sql`
        select 1 from users where email = 'held@example.com' and mail_sent_at is not null`;
      return row !== undefined;
    });
    await service.database.sql`update users set code_expires_at = now() where email = 'held@example.com'`;
    expect((await client.newCode('held@example.com', strangers)).status).toBe(429);
    expect((await client.register('held@example.com', PASSWORD)).status).toBe(201);
    expect((await client.newCode('held@example.com', strangers)).status).toBe(401);
    expect((await client.newCode('held@example.com', PASSWORD)).status).toBe(202);
  });
});

describe('Keys and hashes', () => {
  it('can be rotated: old codes stay valid, and a weak hash is replaced at activation', async () => {
    const oldKey = 'the key before the rotation, 32 characters and more';
    const newKey = 'the key after the rotation, 32 characters and more';
    const service = await Service.start('one-node', { SECRET_KEY: oldKey });
    try {
      await new Client(service.api.url).register('rotated@example.com', PASSWORD);
      const code = codeIn(await service.inbox.mailTo('rotated@example.com'));
      const api = await spawnApp('api', {
        ...service.env,
        SECRET_KEY: newKey,
        SECRET_KEY_PREVIOUS: oldKey,
        BCRYPT_COST: '5',
      });
      const client = new Client(api.url);
      expect((await client.activate('rotated@example.com', PASSWORD, code)).status).toBe(200);
      const [row] = await service.database.sql`select password_hash from users`;
      expect(row?.['password_hash']).toMatch(/^\$2b\$05\$/);
      expect((await client.activate('rotated@example.com', PASSWORD, code)).status).toBe(409);
      await api.end();
    } finally {
      await service.stop();
    }
  });

  it('for development are refused in production, and every fault is reported in one start', async () => {
    const child = new Child('api', {
      command: process.execPath,
      args: ['dist/apps/api/src/main.js'],
      env: { PATH: process.env['PATH'], NODE_ENV: 'production', API_PORT: 'eighty', BCRYPT_COST: '4' },
    });
    expect(await child.exit()).toBe(78);
    const said = child.tail.join('\n');
    for (const name of ['SECRET_KEY', 'API_PORT', 'BCRYPT_COST']) expect(said).toContain(name);
    expect(said).not.toContain('development-only');
  });
});

describe('Connections', () => {
  const exchange = (text: string): Promise<string> =>
    new Promise((resolve) => {
      let received = '';
      const socket = connect(service.api.port, '127.0.0.1', () => socket.write(text));
      socket.on('data', (chunk) => (received += chunk.toString()));
      socket.on('error', () => resolve(received));
      socket.on('close', () => resolve(received));
    });
  const head =
    'POST /api/v1/users/register HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';

  it.each([
    [
      'Content-Length with Transfer-Encoding',
      `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['two Content-Lengths', `${head}Content-Length: 2\r\nContent-Length: 20\r\n\r\n{}`],
    ['a header of 20 KiB', `${head}X-Long: ${'a'.repeat(20_480)}\r\n\r\n`],
    ['a line that is no header', `${head}no header at all\r\n\r\n`],
  ])('are closed on %s', async (_what, text) => {
    expect(await exchange(text)).toMatch(/^HTTP\/1\.1 4\d\d /);
  });

  it('show security headers, and no CORS headers unless configured', async () => {
    const { headers } = await client.get('/', { Origin: 'https://evil.example' });
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    // Plain HTTP makes no promise about TLS.
    expect(headers.get('strict-transport-security')).toBeNull();
    expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBeNull();
    await until('still serving', async () => (await client.get('/livez')).status === 200);
  });
});
