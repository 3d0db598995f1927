import { ScriptedSmtp } from '../contract/scripted-smtp';
import { Client, Service } from '../support/service';
import { until } from '../support/until';

const EMAIL = 'kevin@example.com';
/** A worker counts as dead after 10 s, if another one has been steady for as long; heartbeats are 3 s apart. */
const RELEASED_WITHIN_MS = 20_000;

describe('A mail whose worker is killed while sending it', () => {
  let service: Service;
  let smtp: ScriptedSmtp;
  beforeAll(async () => {
    smtp = await ScriptedSmtp.start();
    service = await Service.start('one-node', smtp.env);
  }, 60_000);
  afterAll(async () => {
    await service.stop();
    await smtp.close();
  });

  const leases = async (): Promise<number> =>
    (await service.database.sql`select 1 from users where mail_leased_by is not null`).length;

  it('is sent by the next worker long before its lease of minutes is over', async () => {
    smtp.reply('content', 'silence');
    await new Client(service.api.url).register(EMAIL, 'SecurePass123');
    await until('the mail to be leased', async () => (await leases()) === 1);
    const killed = service.worker?.child;
    killed?.kill();
    await killed?.exit();
    service.worker = undefined;
    await smtp.reset();
    const started = performance.now();
    await service.startWorker();
    await until('the mail to arrive', () => smtp.mails.length > 0, RELEASED_WITHIN_MS);
    expect(performance.now() - started).toBeLessThan(RELEASED_WITHIN_MS);
    await until('the mail to be settled', async () => (await leases()) === 0);
    expect(smtp.mails).toHaveLength(1);
  }, 60_000);
});
