import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { toASCII } from 'tr46';
import { Mailbox, type StoredMail } from '../../tools/inbox/mailbox';
import { freePort } from '../../tools/processes/ports';

/** The stage of the session at which the server deviates. */
export type Stage = 'greeting' | 'auth' | 'sender' | 'recipient' | 'content';

type Answer = (error?: Error | null) => void;

/** An SMTP server that replies as the test says, at the given stage. */
export class ScriptedSmtp {
  readonly port: number;
  /** Envelopes in order of arrival, including refused ones. */
  readonly envelopes: { from: string; to: string[] }[] = [];
  private readonly mailbox = new Mailbox();
  private readonly replies = new Map<Stage, number | 'silence'>();
  private server: SMTPServer | undefined;

  private constructor(port: number) {
    this.port = port;
  }

  static async start(): Promise<ScriptedSmtp> {
    const smtp = new ScriptedSmtp(await freePort());
    await smtp.open();
    return smtp;
  }

  get env(): NodeJS.ProcessEnv {
    return { SMTP_HOST: '127.0.0.1', SMTP_PORT: String(this.port) };
  }

  /** Oldest first. */
  get mails(): readonly StoredMail[] {
    return this.mailbox.all().toReversed();
  }

  /** Replies with this code at this stage from now on, or not at all. */
  reply(stage: Stage, answer: number | 'silence'): void {
    this.replies.set(stage, answer);
  }

  /** Accepts every mail again, and forgets received ones. */
  async reset(): Promise<void> {
    this.replies.clear();
    this.mailbox.delete();
    this.envelopes.length = 0;
    if (this.server === undefined) await this.open();
  }

  async open(): Promise<void> {
    const server = new SMTPServer({
      authOptional: true,
      allowInsecureAuth: true,
      hideSTARTTLS: true,
      disableReverseLookup: true,
      closeTimeout: 50,
      onConnect: (_session, callback) => this.say('greeting', callback),
      onAuth: (_auth, _session, callback) =>
        this.say('auth', (error) => (error ? callback(error) : callback(null, { user: 'known' }))),
      onMailFrom: (_address, _session, callback) => this.say('sender', callback),
      onRcptTo: (_address, _session, callback) => this.say('recipient', callback),
      onData: (stream, session, callback) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          this.say('content', (error) => {
            if (error) callback(error);
            else void this.keep(Buffer.concat(chunks), session).then(() => callback());
          });
        });
      },
    });
    server.on('error', () => {});
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.server = server;
  }

  async close(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    if (server !== undefined) await new Promise<void>((resolve) => server.close(resolve));
  }

  private async keep(raw: Buffer, session: SMTPServerSession): Promise<void> {
    const { mailFrom, rcptTo } = session.envelope;
    const to = rcptTo.map(({ address }) => inAscii(address));
    this.envelopes.push({ from: mailFrom === false ? '' : mailFrom.address, to });
    await this.mailbox.add(raw, to);
  }

  private say(stage: Stage, callback: Answer): void {
    const answer = this.replies.get(stage);
    if (answer === 'silence') return;
    if (answer === undefined) callback();
    else {
      const error = new Error('no mail for <kevin@example.com>, said the test');
      callback(Object.assign(error, { responseCode: answer }));
    }
  }
}

/** smtp-server converts the domain to Unicode; this is the ASCII form that was sent. */
const inAscii = (address: string): string =>
  address.replace(/@(.*)$/, (_, domain: string) => `@${toASCII(domain) ?? ''}`);
