import { MailerModule, MailerService } from '@nestjs-modules/mailer';
import { Test } from '@nestjs/testing';
import type { Mailer } from '@app/mail';
import { mailerOptions, MailTemplates } from '@app/mail/smtp';
import { SmtpMailer, SmtpServers } from '@app/mail/testing';
import { parseEnvironment } from '@app/runtime';
import { RawSmtp, type Script } from './raw-smtp';

const closers: (() => Promise<void>)[] = [];

/** Cleans up after each test. */
export async function closeSmtpStage(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

export async function serverWith(script: Script = {}, port = 0, host = '127.0.0.1'): Promise<RawSmtp> {
  const smtp = await RawSmtp.start(script, port, host);
  closers.push(() => smtp.close());
  return smtp;
}

/** A mailer for the server at a port, with its reports about servers. */
export async function mailerFor(
  port: number,
  variables: NodeJS.ProcessEnv = {},
): Promise<{ mailer: Mailer; changes: string[] }> {
  const environment = parseEnvironment({
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(port),
    SMTP_FROM_EMAIL: 'noreply@service.example',
    SMTP_TIMEOUT_SECONDS: '5',
    ...variables,
  });
  const servers = new SmtpServers(environment);
  const changes: string[] = [];
  servers.onChange = ({ server, reason }) =>
    void changes.push(`${server} ${reason === null ? 'serves' : 'fails'}`);
  const module = await Test.createTestingModule({
    imports: [MailerModule.forRoot(mailerOptions(servers, new MailTemplates(environment)))],
  }).compile();
  closers.push(() => module.close());
  return { mailer: new SmtpMailer(module.get(MailerService), servers, environment), changes };
}
