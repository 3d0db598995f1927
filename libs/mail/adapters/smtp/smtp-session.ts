import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { onDeadline } from '@app/runtime';
import { connectTo } from './connect';
import type { Stage } from './reply';
import { SmtpFailure, stageOf, type ConnectionError } from './smtp-failure';
import type { SmtpAddress } from '../../domain/smtp-address';
import { GREETING_TIMEOUT_MS } from '../../domain/timeouts';

/**
 * Time limit for replies to the envelope in a kept session, in milliseconds: the session may have died silently, and a
 * new one tells.
 */
const KEPT_TIMEOUT_MS = 10_000;

export interface Envelope {
  readonly from: string;
  readonly to: string;
}

/** One authenticated connection to a mail server, which sends mails one after another. */
export class SmtpSession {
  /** Number of mails that the server has replied to. */
  mails = 0;
  /** The session can no longer send mails. */
  closed = false;
  /** The final dot of the current mail has been sent. */
  private afterDot = false;
  private fail: (error: ConnectionError) => void = () => {};

  private constructor(
    private readonly connection: SMTPConnection,
    private readonly timeoutMs: number,
    /** Whether the server accepts non-ASCII characters before the at sign (RFC 6531). */
    readonly takesUtf8: () => boolean,
  ) {
    connection.on('error', (error: ConnectionError) => {
      this.closed = true;
      this.fail(error);
    });
    connection.on('end', () => {
      this.closed = true;
      this.fail(new Error('the server closed the connection'));
    });
  }

  /** Connects, waits for the greeting, negotiates TLS and signs in. @throws {SmtpFailure} */
  static async open(address: SmtpAddress, timeoutMs: number): Promise<SmtpSession> {
    const { user, password } = address;
    const session = await SmtpSession.greet(address, timeoutMs);
    const { connection } = session;
    // A server without AUTH identifies us by our IP address.
    if (user !== '' && connection.allowsAuth) {
      const credentials = { user, pass: password };
      await session.step('login', timeoutMs, (done) => connection.login({ credentials }, done));
    }
    return session;
  }

  /** Connects, waits for the greeting and negotiates TLS, without sending a secret. @throws {SmtpFailure} */
  static async greet({ host, port, tls }: SmtpAddress, timeoutMs: number): Promise<SmtpSession> {
    const socket = await connectTo(host, port);
    const connection = new SMTPConnection({
      host,
      port,
      connection: socket,
      secure: tls === 'implicit',
      requireTLS: tls === 'starttls',
      ignoreTLS: tls === 'none',
      connectionTimeout: GREETING_TIMEOUT_MS,
      greetingTimeout: GREETING_TIMEOUT_MS,
      // Each step has its own deadline; this timeout must not end the wait for a late greeting.
      socketTimeout: GREETING_TIMEOUT_MS + timeoutMs,
    });
    const extensions = connection as unknown as { readonly _supportedExtensions: readonly string[] };
    const session = new SmtpSession(connection, timeoutMs, () =>
      extensions._supportedExtensions.includes('SMTPUTF8'),
    );
    await session.step('greeting', GREETING_TIMEOUT_MS, (done) => connection.connect(done));
    return session;
  }

  /** Sends one mail. @throws {SmtpFailure} */
  async deliver({ from, to }: Envelope, raw: Buffer): Promise<void> {
    if (!/^\p{ASCII}*$/u.test(to) && !this.takesUtf8()) {
      const reason = 'the mail server does not accept addresses with non-ASCII characters (SMTPUTF8)';
      throw new SmtpFailure('recipient', reason, `550 5.1.6 ${reason}`);
    }
    this.afterDot = false;
    const content = Readable.from([raw]);
    const timeoutMs = this.mails === 0 ? this.timeoutMs : Math.min(KEPT_TIMEOUT_MS, this.timeoutMs);
    await this.step('sender', timeoutMs, (done, extend) => {
      content.once('end', () => {
        this.afterDot = true;
        extend(this.timeoutMs);
      });
      this.connection.send({ from, to: [to] }, content, done);
    });
    this.mails += 1;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.connection.quit();
    // A server that does not answer QUIT would keep the socket open.
    setTimeout(() => this.connection.close(), 1_000).unref();
  }

  /** Runs one step with its deadline, which `extend` restarts. */
  private step(
    stage: Stage,
    timeoutMs: number,
    run: (done: (error?: Error | null) => void, extend: (timeoutMs: number) => void) => void,
  ): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const late = (): void => {
        this.fail(new Error('the mail server did not answer in time'));
        this.closed = true;
        this.connection.close();
      };
      let cancel = onDeadline(timeoutMs, late);
      this.fail = (error) => {
        cancel();
        this.fail = () => {};
        const reply = typeof error.response === 'string' ? error.response : undefined;
        const at = stageOf(error.command) ?? stage;
        reject(new SmtpFailure(at, error.message, reply, this.afterDot));
      };
      run(
        (error) => {
          cancel();
          if (error) this.fail(error);
          else {
            this.fail = () => {};
            resolve();
          }
        },
        (anotherMs) => {
          cancel();
          cancel = onDeadline(anotherMs, late);
        },
      );
    });
  }
}
