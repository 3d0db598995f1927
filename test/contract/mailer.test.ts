import { MailerModule, MailerService } from '@nestjs-modules/mailer';
import { Test } from '@nestjs/testing';
import { MailRefused, SmtpMailer, smtpTransport, type Mailer } from '@app/mail';
import { codeForKevin, describeMailerContract } from '@app/mail/testing';
import { parseEnvironment, type Environment } from '@app/runtime';
import { ScriptedSmtp, type Stage } from './scripted-smtp';

/** The real one is ten seconds. */
const TIMEOUT_MS = 700;

let smtp: ScriptedSmtp;
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  smtp = await ScriptedSmtp.start();
});
beforeEach(() => smtp.reset());
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
afterAll(() => smtp.close());

const environmentWith = (variables: NodeJS.ProcessEnv): Environment =>
  parseEnvironment({ SMTP_FROM_EMAIL: 'noreply@service.example', ...smtp.env, ...variables });

async function mailerWith(variables: NodeJS.ProcessEnv = {}, timeoutMs = TIMEOUT_MS): Promise<Mailer> {
  const environment = environmentWith(variables);
  const module = await Test.createTestingModule({
    imports: [MailerModule.forRoot(smtpTransport(environment))],
  }).compile();
  closers.push(() => module.close());
  return new SmtpMailer(module.get(MailerService), environment, timeoutMs);
}

describeMailerContract('SMTP', async () => ({
  mailer: await mailerWith(),
  delivered: () =>
    smtp.mails.map((mail) => ({
      recipients: mail.To.map(({ Address }) => Address),
      messageId: mail.MessageID,
      subject: mail.Subject,
      text: mail.Text,
      html: mail.HTML,
    })),
  take: () => smtp.reset(),
  refuse: async () => smtp.reply('recipient', 550),
  postpone: async () => smtp.reply('recipient', 451),
  goAway: () => smtp.close(),
}));

describe('SmtpMailer', () => {
  const unavailable = { name: 'Unavailable', dependency: 'mail' };

  it.each<[Stage, number]>([
    ['recipient', 550],
    ['recipient', 553],
    ['content', 554],
    ['content', 552],
  ])('gives up where the %s is answered with %i', async (stage, code) => {
    smtp.reply(stage, code);
    await expect((await mailerWith()).send(codeForKevin())).rejects.toBeInstanceOf(MailRefused);
  });

  it.each<[Stage, number]>([
    ['recipient', 450],
    ['recipient', 451],
    ['content', 452],
    ['sender', 451],
    ['sender', 550],
    ['greeting', 421],
    ['greeting', 554],
  ])('tries later where the %s is answered with %i', async (stage, code) => {
    smtp.reply(stage, code);
    await expect((await mailerWith()).send(codeForKevin())).rejects.toMatchObject(unavailable);
  });

  it.each([535, 454])('tries later where the login is answered with %i', async (code) => {
    smtp.reply('auth', code);
    const mailer = await mailerWith({ SMTP_USERNAME: 'known', SMTP_PASSWORD: 'wrong' });
    const failed = await mailer.send(codeForKevin()).catch((error: unknown) => error);
    expect(failed).toMatchObject(unavailable);
    expect((failed as Error).message).not.toContain('wrong');
  });

  it.each<Stage>(['greeting', 'sender', 'recipient', 'content'])(
    'waits no longer than its deadline for an answer to the %s, and recovers',
    async (stage) => {
      smtp.reply(stage, 'silence');
      const mailer = await mailerWith();
      const started = performance.now();
      await expect(mailer.send(codeForKevin())).rejects.toMatchObject(unavailable);
      const elapsedMs = performance.now() - started;
      expect(elapsedMs).toBeGreaterThanOrEqual(TIMEOUT_MS - 50);
      expect(elapsedMs).toBeLessThan(TIMEOUT_MS + 500);
      await smtp.reset();
      await mailer.send(codeForKevin());
      expect(smtp.mails).toHaveLength(1);
    },
  );

  it('names both ends of the envelope as configured and stored, and no other recipient', async () => {
    await (await mailerWith()).send(codeForKevin());
    expect(smtp.envelopes).toEqual([{ from: 'noreply@service.example', to: ['kevin@example.com'] }]);
    expect(smtp.mails[0]?.Raw).not.toMatch(/^(cc|bcc|reply-to):/im);
  });

  it('makes the Message-ID of the mail’s id and the sender’s domain', async () => {
    const mail = codeForKevin();
    await (await mailerWith()).send(mail);
    expect(smtp.mails[0]?.MessageID).toBe(`${mail.id}@service.example`);
  });

  it('asks out-of-office replies not to answer', async () => {
    await (await mailerWith()).send(codeForKevin());
    expect(smtp.mails[0]?.Raw).toMatch(/^auto-submitted: auto-generated\r?$/im);
  });

  it('puts the name of the service into no header but as a name', async () => {
    const mailer = await mailerWith({ APP_NAME: 'Tom, "Jerry" <eve@evil.example>' });
    await mailer.send(codeForKevin());
    expect(smtp.envelopes).toEqual([{ from: 'noreply@service.example', to: ['kevin@example.com'] }]);
    expect(smtp.mails[0]?.From).toEqual({
      Name: 'Tom, "Jerry" <eve@evil.example>',
      Address: 'noreply@service.example',
    });
  });

  it('sends many mails at once over a few connections', async () => {
    const mailer = await mailerWith({ MAIL_CONCURRENCY: '3' }, 10_000);
    const mails = Array.from({ length: 30 }, (_, n) => codeForKevin({ to: `guest${n}@example.com` }));
    await Promise.all(mails.map((mail) => mailer.send(mail)));
    const recipients = smtp.envelopes.map(({ to }) => to.join());
    expect(recipients.sort()).toEqual(mails.map(({ to }) => to).sort());
  });

  it('sends nothing in the clear where TLS is required and not offered', async () => {
    const mailer = await mailerWith({ SMTP_USE_TLS: 'true' });
    await expect(mailer.send(codeForKevin())).rejects.toMatchObject(unavailable);
    expect(smtp.mails).toEqual([]);
  });
});
