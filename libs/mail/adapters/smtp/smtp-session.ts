import { connect as connectSocket, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { onDeadline } from '@app/runtime';
import type { Stage } from './reply';
import type { SmtpAddress } from './smtp-address';
import { ADDRESS_TIMEOUT_MS, CONNECT_TIMEOUT_MS, GREETING_TIMEOUT_MS } from './timeouts';

/**
 * Longest wait for the envelope's answers on a session that has been kept, in milliseconds: it may have died in
 * silence, and a fresh one tells.
 */
const KEPT_TIMEOUT_MS = 10_000;

export interface Envelope {
  readonly from: string;
  readonly to: string;
}

/** Why an attempt failed. */
export class SmtpFailure extends Error {
  constructor(
    readonly stage: Stage,
    message: string,
    /** The server's words, with their code; undefined where it said nothing. */
    readonly reply: string | undefined,
    /** Whether the final dot had been sent: without a reply the server may have the mail. */
    readonly afterDot = false,
  ) {
    super(message);
    this.name = 'SmtpFailure';
  }
}

/** nodemailer's error; its fields are documented at https://nodemailer.com/smtp/. */
interface ConnectionError extends Error {
  readonly response?: string | false;
  readonly command?: string;
}

/** One connection to a mail server, signed in, over which mails go one after the other. */
export class SmtpSession {
  /** Mails that the server has answered. */
  mails = 0;
  /** No longer good for a mail. */
  closed = false;
  private fail: (error: ConnectionError) => void = () => {};

  private constructor(
    private readonly connection: SMTPConnection,
    private readonly timeoutMs: number,
    /** Whether the server takes addresses beyond ASCII before the at sign (RFC 6531). */
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

  /** Connects, waits for the greeting, agrees on TLS and signs in. @throws {SmtpFailure} */
  static async open(address: SmtpAddress, timeoutMs: number): Promise<SmtpSession> {
    const { user, password } = address;
    const session = await SmtpSession.greet(address, timeoutMs);
    const { connection } = session;
    // A server that offers no AUTH knows us by our address.
    if (user !== '' && connection.allowsAuth) {
      const credentials = { user, pass: password };
      await session.step('login', timeoutMs, (done) => connection.login({ credentials }, done));
    }
    return session;
  }

  /** Connects, waits for the greeting and agrees on TLS; no secret is sent. @throws {SmtpFailure} */
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
      // Silence in a step has the step's own deadline; this one must not end the wait for a late greeting.
      socketTimeout: GREETING_TIMEOUT_MS + timeoutMs,
    });
    const extensions = connection as unknown as { readonly _supportedExtensions: readonly string[] };
    const session = new SmtpSession(connection, timeoutMs, () =>
      extensions._supportedExtensions.includes('SMTPUTF8'),
    );
    await session.step('greeting', GREETING_TIMEOUT_MS, (done) => connection.connect(done));
    return session;
  }

  /** Hands one mail over. @throws {SmtpFailure} */
  async deliver({ from, to }: Envelope, raw: Buffer): Promise<void> {
    if (!/^\p{ASCII}*$/u.test(to) && !this.takesUtf8()) {
      const reason = 'the mail server does not take addresses beyond ASCII (SMTPUTF8)';
      throw new SmtpFailure('recipient', reason, `550 5.1.6 ${reason}`);
    }
    let afterDot = false;
    const content = Readable.from([raw]);
    const progress = { afterDot: () => afterDot };
    await this.step(
      'sender',
      this.mails === 0 ? this.timeoutMs : Math.min(KEPT_TIMEOUT_MS, this.timeoutMs),
      (done, extend) => {
        content.once('end', () => {
          afterDot = true;
          extend(this.timeoutMs);
        });
        this.connection.send({ from, to: [to] }, content, done);
      },
      progress,
    );
    this.mails += 1;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.connection.quit();
    // A server that does not answer QUIT would keep the socket.
    setTimeout(() => this.connection.close(), 1_000).unref();
  }

  /** One step with its deadline, which `extend` sets again from now. */
  private step(
    stage: Stage,
    timeoutMs: number,
    run: (done: (error?: Error | null) => void, extend: (timeoutMs: number) => void) => void,
    progress: { afterDot(): boolean } = { afterDot: () => false },
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
        reject(new SmtpFailure(at, error.message, reply, progress.afterDot()));
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

function stageOf(command = ''): Stage | undefined {
  if (command === 'MAIL FROM') return 'sender';
  if (command === 'RCPT TO') return 'recipient';
  if (command === 'DATA') return 'content';
  return command.startsWith('AUTH') ? 'login' : undefined;
}

/** Tries the addresses of a host one after the other. */
function connectTo(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket({
      host,
      port,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: ADDRESS_TIMEOUT_MS,
    });
    const fail = (message: string): void => {
      socket.destroy();
      reject(new SmtpFailure('connection', message, undefined));
    };
    const cancel = onDeadline(CONNECT_TIMEOUT_MS, () =>
      fail(`no connection within ${CONNECT_TIMEOUT_MS} ms`),
    );
    socket.once('error', (error) => {
      cancel();
      fail(error instanceof AggregateError ? error.errors.map(String).join('; ') : error.message);
    });
    socket.once('connect', () => {
      cancel();
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}
