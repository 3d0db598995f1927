import { createTransport } from 'nodemailer';
import { MailTemplates } from '@app/mail/smtp';
import { parseEnvironment } from '@app/runtime';
import { answer, asked } from './program';

export interface BareNodemailer {
  readonly port: number;
  readonly count: number;
  readonly connections: number;
}

/** The same mail over a nodemailer pool and nothing else: no queue, no database, text rendered once. */
async function main(): Promise<void> {
  const { port, count, connections } = asked<BareNodemailer>();
  const transport = createTransport({
    pool: true,
    maxConnections: connections,
    maxMessages: Infinity,
    host: '127.0.0.1',
    port,
    ignoreTLS: true,
  });
  const templates = new MailTemplates(parseEnvironment({ APP_NAME: 'Bench' }));
  const mail = templates.render({ kind: 'activation_code', code: '1234', expiresInSeconds: 60 }, 'en');
  let left = count;
  const sender = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await transport.sendMail({ ...mail, from: 'noreply@example.com', to: 'person@example.com' });
    }
  };
  await Promise.all(Array.from({ length: connections }, sender));
  transport.close();
  answer({ count });
}

void main();
