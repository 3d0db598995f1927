import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { toASCII } from 'tr46';
import type { Mailbox } from './mailbox';

/** Maximum size of a mail, in bytes. */
const MAIL_BYTES_MAX = 1_048_576;
const CLIENTS_MAX = 100;
/** A client that keeps its connection open does not delay the shutdown. */
const CLOSE_TIMEOUT_MS = 500;

/** An SMTP server that accepts every mail to any address, and delivers none. */
export function createSmtpServer(mailbox: Mailbox, options: SMTPServerOptions = {}): SMTPServer {
  return new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: MAIL_BYTES_MAX,
    maxClients: CLIENTS_MAX,
    closeTimeout: CLOSE_TIMEOUT_MS,
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => {
        if (!stream.sizeExceeded) chunks.push(chunk);
      });
      stream.on('end', () => {
        if (stream.sizeExceeded) {
          callback(Object.assign(new Error('Mail too large'), { responseCode: 552 }));
          return;
        }
        const recipients = session.envelope.rcptTo.map(({ address }) => asciiDomain(address));
        mailbox.add(Buffer.concat(chunks), recipients).then(
          () => callback(),
          (error: unknown) => callback(error as Error),
        );
      });
    },
    ...options,
  });
}

/** smtp-server shows the domain in Unicode; the envelope contains the ASCII form that was sent. */
function asciiDomain(address: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, at)}@${toASCII(address.slice(at + 1)) ?? ''}`;
}
