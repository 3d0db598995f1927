import type { SMTPServer } from 'smtp-server';
import { Mailbox, type StoredMail } from '../../tools/inbox/mailbox';
import { createSmtpServer } from '../../tools/inbox/smtp';
import { createInboxServer } from '../../tools/inbox/web';
import { freePort } from '../../tools/processes/ports';
import { until } from './until';

/** The web pages of an inbox. */
export interface InboxPages {
  readonly url: string;
  close(): void;
}

/** The reply to a mail beyond the limit of its session, and to which command. */
export interface SessionLimit {
  readonly code: 452 | 554;
  readonly at: 'MAIL' | 'RCPT';
}

/** A mail server for tests: the inbox of `make run`, which can also refuse, stay silent and disappear. */
export class TestInbox {
  readonly mailbox = new Mailbox();
  private server: SMTPServer | undefined;
  private refusal = { code: 0, times: 0 };
  private refusedRecipient = { address: '', code: 0 };
  private silent = false;
  private acceptAfterMs = 0;
  private sessionMailsMax = 0;
  private sessionLimit: SessionLimit = { code: 452, at: 'RCPT' };
  /** Number of mails of each session, by session id. */
  private readonly mailsOfSession = new Map<string, number>();

  private constructor(readonly port: number) {}

  static async start(): Promise<TestInbox> {
    const inbox = new TestInbox(await freePort());
    await inbox.up();
    return inbox;
  }

  /** Variables that point an app to it. */
  get env(): NodeJS.ProcessEnv {
    return { SMTP_HOST: '127.0.0.1', SMTP_PORT: String(this.port) };
  }

  mailsTo(address: string): readonly StoredMail[] {
    return this.mailbox.all().filter((mail) => mail.To.some((to) => to.Address === address));
  }

  /** Resolves to the newest mail to the address, once there are `count` of them. */
  async mailTo(address: string, count = 1, timeoutMs = 10_000): Promise<StoredMail> {
    const mails = await until(
      `${count} mail(s) to ${address}`,
      () => this.mailsTo(address).length >= count && this.mailsTo(address),
      timeoutMs,
    );
    return mails[0] as StoredMail;
  }

  /** Replies to the next mails with a code such as 451 (retry) or 550 (never). */
  refuse(code: number, times = 1): void {
    this.refusal = { code, times };
  }

  /** Replies to every mail to the address with a code. */
  refuseRecipient(address: string, code: number): void {
    this.refusedRecipient = { address, code };
  }

  /** Accepts mails, but replies only after this delay, in milliseconds. */
  acceptAfter(delayMs: number): void {
    this.acceptAfterMs = delayMs;
  }

  /** Accepts this many mails per session, and refuses further ones at MAIL or RCPT; 0: no limit. */
  limitSessions(mailsMax: number, { code, at }: SessionLimit = { code: 452, at: 'RCPT' }): void {
    this.sessionMailsMax = mailsMax;
    this.sessionLimit = { code, at };
  }

  /** Accepts connections and then stays silent. */
  freeze(): void {
    this.silent = true;
  }

  thaw(): void {
    this.silent = false;
  }

  /** @param api where the sign-up page under /try finds the api; without it there is no such page */
  async servePages(api?: string): Promise<InboxPages> {
    const port = await freePort();
    const server = createInboxServer(this.mailbox, api).listen(port, '127.0.0.1');
    return {
      url: `http://127.0.0.1:${port}`,
      close: () => {
        server.closeAllConnections();
        server.close();
      },
    };
  }

  async up(): Promise<void> {
    const server = createSmtpServer(this.mailbox, {
      closeTimeout: 100,
      onRcptTo: ({ address }, { id }, callback) => this.answer(address, id, callback),
      onMailFrom: (_address, { id }, callback) => {
        if (!this.silent) callback(this.overLimit(id, 'MAIL'));
      },
    });
    const take = server.onData.bind(server);
    server.onData = (stream, session, callback) =>
      take(stream, session, (error) => {
        this.mailsOfSession.set(session.id, (this.mailsOfSession.get(session.id) ?? 0) + 1);
        setTimeout(() => callback(error), this.acceptAfterMs);
      });
    server.on('error', () => {});
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.server = server;
  }

  async down(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    if (server === undefined) return;
    await new Promise<void>((resolve) => server.close(resolve));
  }

  private answer(recipient: string, session: string, callback: (error?: Error) => void): void {
    if (recipient === this.refusedRecipient.address) {
      callback(refusal(this.refusedRecipient.code));
      return;
    }
    const over = this.overLimit(session, 'RCPT');
    if (over !== undefined) {
      callback(over);
      return;
    }
    if (this.refusal.times === 0) {
      callback();
      return;
    }
    this.refusal.times -= 1;
    callback(refusal(this.refusal.code));
  }

  private overLimit(session: string, at: SessionLimit['at']): Error | undefined {
    const { sessionMailsMax: most, sessionLimit: limit } = this;
    if (most === 0 || at !== limit.at || (this.mailsOfSession.get(session) ?? 0) < most) return undefined;
    const words =
      limit.code === 452 ? '4.5.3 Too many mails in this session' : 'Too many mails in this session';
    return Object.assign(new Error(words), { responseCode: limit.code });
  }
}

const refusal = (responseCode: number): Error =>
  Object.assign(new Error('refused by the test'), { responseCode });

/** The code in a mail. */
export function codeIn(mail: StoredMail): string {
  const code = /^(\d{4,8})\b/.exec(mail.Text)?.[1];
  if (code === undefined) throw new Error(`No code in:\n${mail.Text}`);
  return code;
}
