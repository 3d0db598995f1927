import { maskEmailsIn } from '@app/runtime';
import type { MailOutcome } from '../../domain/mailer';
import { Hold } from './hold';
import { judgeReply, mayBeAboutSession } from './reply';
import type { SmtpAddress } from '../../domain/smtp-address';
import { SmtpFailure } from './smtp-failure';
import { SmtpSession, type Envelope } from './smtp-session';

/** How long an idle session is kept, in milliseconds; servers close idle sessions after some minutes. */
const IDLE_MS = 30_000;
/** Delay before a mail is retried that the server refused because of the service, in seconds. */
const HELD_MAIL_SECONDS = 30;

export interface ServerSettings {
  readonly sessionsMax: number;
  readonly mailsPerSession: number;
  readonly timeoutMs: number;
}

/** One mail server: a few kept sessions, and the shared back-off for all mails. */
export class SmtpServer {
  readonly hold: Hold;
  private readonly idle: { session: SmtpSession; timer: NodeJS.Timeout }[] = [];
  private readonly waiting: (() => void)[] = [];
  private busy = 0;
  private ended = false;

  constructor(
    readonly address: SmtpAddress,
    private readonly settings: ServerSettings,
    onChange: (reason: string | null) => void,
  ) {
    this.hold = new Hold(onChange);
  }

  async deliver(envelope: Envelope, raw: Buffer): Promise<MailOutcome> {
    if (this.busy >= this.settings.sessionsMax) await new Promise<void>((next) => this.waiting.push(next));
    this.busy += 1;
    try {
      return await this.attempt(envelope, raw);
    } finally {
      this.busy -= 1;
      this.waiting.shift()?.();
    }
  }

  close(): void {
    this.ended = true;
    for (const { session, timer } of this.idle.splice(0)) {
      clearTimeout(timer);
      session.close();
    }
  }

  private async attempt(envelope: Envelope, raw: Buffer): Promise<MailOutcome> {
    if (!this.hold.begin()) return this.held(this.hold.reason ?? 'another mail is being tried', 0);
    const kept = this.takeIdle();
    if (kept !== undefined) {
      const failure = await this.over(kept, envelope, raw);
      if (failure === undefined) return this.sent();
      // A kept session may have reached its limit of mails or been closed by the server; only a new session tells.
      if (isConclusive(failure)) return this.judge(failure, envelope);
    }
    try {
      const session = await SmtpSession.open(this.address, this.settings.timeoutMs);
      const failure = await this.over(session, envelope, raw);
      return failure === undefined ? this.sent() : this.judge(failure, envelope);
    } catch (error) {
      if (error instanceof SmtpFailure) return this.judge(error, envelope);
      this.hold.inconclusive();
      throw error;
    }
  }

  /** Closes a session after any refusal: some servers answer every later mail with the same refusal. */
  private async over(
    session: SmtpSession,
    envelope: Envelope,
    raw: Buffer,
  ): Promise<SmtpFailure | undefined> {
    try {
      await session.deliver(envelope, raw);
    } catch (error) {
      session.close();
      if (error instanceof SmtpFailure) return error;
      throw error;
    }
    if (session.mails >= this.settings.mailsPerSession || this.ended) session.close();
    else this.keep(session);
    return undefined;
  }

  private keep(session: SmtpSession): void {
    const entry = {
      session,
      timer: setTimeout(() => {
        this.idle.splice(this.idle.indexOf(entry), 1);
        session.close();
      }, IDLE_MS).unref(),
    };
    this.idle.push(entry);
  }

  private takeIdle(): SmtpSession | undefined {
    for (let entry = this.idle.pop(); entry !== undefined; entry = this.idle.pop()) {
      clearTimeout(entry.timer);
      if (!entry.session.closed) return entry.session;
    }
    return undefined;
  }

  private sent(): MailOutcome {
    this.hold.serves();
    return { kind: 'sent' };
  }

  private judge(failure: SmtpFailure, { to }: Envelope): MailOutcome {
    const reason = maskEmailsIn(failure.message);
    const { stage, reply } = failure;
    if (reply === undefined && failure.afterDot) {
      this.hold.inconclusive();
      return { kind: 'unknown', reason };
    }
    const fault = reply === undefined ? 'server' : judgeReply(stage, reply);
    if (fault === 'address' || fault === 'moment') {
      // The server replies about recipients, so it works.
      this.hold.serves();
      return { kind: fault === 'address' ? 'refused' : 'deferred', reason };
    }
    this.hold.fails(reason, {
      refusedByServer: reply?.startsWith('5') === true,
      mail: fault === 'mail' ? to : undefined,
    });
    return this.held(reason, fault === 'mail' ? HELD_MAIL_SECONDS : 0);
  }

  /** Adds jitter, so that mails held together are not retried together. */
  private held(reason: string, secondsMin: number): MailOutcome {
    const seconds = Math.max(this.hold.seconds, secondsMin, 0.5);
    return { kind: 'held', reason, retryInSeconds: seconds * (1 + Math.random() * 0.2) };
  }
}

/** Whether a new session would have got the same reply: it was about the recipient, or the mail was handed over. */
function isConclusive({ stage, reply, afterDot }: SmtpFailure): boolean {
  if (reply === undefined) return afterDot;
  const fault = judgeReply(stage, reply);
  return fault === 'address' || (fault === 'moment' && stage === 'recipient' && !mayBeAboutSession(reply));
}
