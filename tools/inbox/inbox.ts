import { once } from 'node:events';
import { createInboxServer } from './web';
import { Mailbox } from './mailbox';
import { createSmtpServer } from './smtp';

const LOOPBACK = '127.0.0.1';

export interface Inbox {
  readonly mailbox: Mailbox;
  close(): Promise<void>;
}

/** Starts the SMTP server and the pages; `api` is the address of the API for the sign-up page. */
export async function startInbox(smtpPort: number, webPort: number, api?: string): Promise<Inbox> {
  const mailbox = new Mailbox();
  const smtp = createSmtpServer(mailbox);
  await new Promise<void>((resolve, reject) => {
    smtp.once('error', reject);
    smtp.listen(smtpPort, LOOPBACK, resolve);
  });
  // From here on, a client that disconnects during a mail is ignored.
  smtp.on('error', () => {});
  const web = createInboxServer(mailbox, api).listen(webPort, LOOPBACK);
  await once(web, 'listening');
  return {
    mailbox,
    close: async () => {
      web.closeAllConnections();
      await Promise.all([
        new Promise<void>((resolve) => smtp.close(resolve)),
        new Promise<void>((resolve) => web.close(() => resolve())),
      ]);
    },
  };
}
