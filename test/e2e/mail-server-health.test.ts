import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { spawnApp, type SpawnedApp } from '../support/apps';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { Client } from '../support/service';
import { until } from '../support/until';

/** A mail server that offers AUTH and records every command. */
class WatchfulSmtp {
  connections = 0;
  readonly commands: string[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<WatchfulSmtp> {
    const smtp: WatchfulSmtp = new WatchfulSmtp(createServer((socket) => smtp.serve(socket)));
    await new Promise<void>((resolve) => smtp.server.listen(0, '127.0.0.1', resolve));
    return smtp;
  }

  get env(): NodeJS.ProcessEnv {
    const { port } = this.server.address() as AddressInfo;
    return { SMTP_HOST: '127.0.0.1', SMTP_PORT: String(port) };
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    if (this.server.listening) await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(socket: Socket): void {
    this.connections += 1;
    this.sockets.add(socket);
    socket.on('error', () => {});
    socket.write('220 mail.example\r\n');
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\r\n').filter(Boolean)) {
        this.commands.push(line.split(' ')[0] as string);
        if (line.startsWith('EHLO')) socket.write('250-mail.example\r\n250 AUTH PLAIN LOGIN\r\n');
        else if (line === 'QUIT') socket.end('221 bye\r\n');
        else socket.write('235 ok\r\n');
      }
    });
  }
}

describe('Health of the mail server', () => {
  let database: TestDatabase;
  let smtp: WatchfulSmtp;
  let apps: SpawnedApp[] = [];
  let client: Client;

  beforeAll(async () => {
    [database, smtp] = await Promise.all([createDatabase(), WatchfulSmtp.start()]);
    const account = { SMTP_USERNAME: 'registrations', SMTP_PASSWORD: 'a-password-of-the-provider' };
    const env = { ...database.env, ...smtp.env, ...account };
    apps = [
      await spawnApp('api', env),
      await spawnApp('mailer-worker', env),
      await spawnApp('mailer-worker', env),
    ];
    client = new Client((apps[0] as SpawnedApp).url);
  });
  afterAll(async () => {
    await Promise.all(apps.map((app) => app.end()));
    await Promise.all([smtp.stop(), database.drop()]);
  });

  const mail = async (): Promise<unknown> =>
    ((await client.get('/api/v1/health')).body['checks'] as Record<string, unknown>)['mail'];
  /** Makes the next greeting due, as if a minute had passed. */
  const advanceOneMinute = async (): Promise<void> => {
    await database.sql`update mail_servers set greeted_at = now() - interval '61 seconds'`;
  };

  it('is checked with one greeting a minute by all workers together, and never with a log-in', async () => {
    await until('a worker greeted the mail server', () => smtp.commands.includes('QUIT'));
    for (let asked = 0; asked < 50; asked += 1) expect(await mail()).toBe('healthy');
    expect(smtp.connections).toBe(1);
    await advanceOneMinute();
    await until('a worker greeted it again', () => smtp.commands.filter((it) => it === 'QUIT').length === 2);
    for (let asked = 0; asked < 50; asked += 1) expect(await mail()).toBe('healthy');
    expect(smtp.commands).toEqual(['EHLO', 'QUIT', 'EHLO', 'QUIT']);
  });

  it('is unhealthy while it does not answer a greeting, even if no mail is owed', async () => {
    await smtp.stop();
    await advanceOneMinute();
    await until('mail is unhealthy', async () => (await mail()) === 'unhealthy');
  });
});
