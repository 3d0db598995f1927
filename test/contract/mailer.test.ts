import { MailerModule, MailerService } from '@nestjs-modules/mailer';
import { Test } from '@nestjs/testing';
import type { Mailer } from '@app/mail';
import { mailerOptions, MailTemplates } from '@app/mail/smtp';
import { SmtpMailer, SmtpServers } from '@app/mail/testing';
import { codeForKevin, describeMailerContract } from '@app/mail/testing';
import { parseEnvironment, type Environment } from '@app/runtime';
import { ScriptedSmtp } from './scripted-smtp';

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

async function mailerWith(variables: NodeJS.ProcessEnv = {}): Promise<Mailer> {
  const environment = environmentWith(variables);
  const servers = new SmtpServers(environment);
  const module = await Test.createTestingModule({
    imports: [MailerModule.forRoot(mailerOptions(servers, new MailTemplates(environment)))],
  }).compile();
  closers.push(() => module.close());
  return new SmtpMailer(module.get(MailerService), servers, environment);
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
  becomeUnavailable: () => smtp.close(),
}));

describe('SmtpMailer', () => {
  it('uses the configured sender and the stored recipient in the envelope, and no other recipient', async () => {
    await (await mailerWith()).send(codeForKevin());
    expect(smtp.envelopes).toEqual([{ from: 'noreply@service.example', to: ['kevin@example.com'] }]);
    expect(smtp.mails[0]?.Raw).not.toMatch(/^(cc|bcc|reply-to):/im);
  });

  it('builds the Message-ID from the mail’s id and the sender’s domain', async () => {
    const mail = codeForKevin();
    await (await mailerWith()).send(mail);
    expect(smtp.mails[0]?.MessageID).toBe(`${mail.id}@service.example`);
  });

  it('asks out-of-office systems not to reply', async () => {
    await (await mailerWith()).send(codeForKevin());
    expect(smtp.mails[0]?.Raw).toMatch(/^auto-submitted: auto-generated\r?$/im);
  });

  it('uses the name of the service only as a display name in headers', async () => {
    const mailer = await mailerWith({ APP_NAME: 'Tom, "Jerry" <eve@evil.example>' });
    await mailer.send(codeForKevin());
    expect(smtp.envelopes).toEqual([{ from: 'noreply@service.example', to: ['kevin@example.com'] }]);
    expect(smtp.mails[0]?.From).toEqual({
      Name: 'Tom, "Jerry" <eve@evil.example>',
      Address: 'noreply@service.example',
    });
  });

  it('sends many mails concurrently over few connections', async () => {
    const mailer = await mailerWith({ MAIL_CONCURRENCY: '3' });
    const mails = Array.from({ length: 30 }, (_, n) => codeForKevin({ to: `guest${n}@example.com` }));
    await Promise.all(mails.map((mail) => mailer.send(mail)));
    const recipients = smtp.envelopes.map(({ to }) => to.join());
    expect(recipients.sort()).toEqual(mails.map(({ to }) => to).sort());
  });

  it('sends nothing in plain text if TLS is required but not offered', async () => {
    const mailer = await mailerWith({ SMTP_USE_TLS: 'true' });
    expect(await mailer.send(codeForKevin())).toMatchObject({ kind: 'held' });
    expect(smtp.mails).toEqual([]);
  });
});
