import { Inject, Injectable } from '@nestjs/common';
import { Mailer, MailRefused, SMTP_TIMEOUT_MS } from '@app/mail';
import {
  continuing,
  Environment,
  insist,
  Logger,
  requestContext,
  SpanKind,
  traced,
  Unavailable,
} from '@app/runtime';
import { CodeDeriver } from '../domain/activation-code';
import { retryDelaySeconds } from '../domain/retry-delay';
import { OwedMailRepository, type ClaimedMail } from '../domain/owed-mail-repository';

/** A little longer than the longest send, so that a live worker never loses a mail that it has in hand. */
const LEASE_SECONDS = SMTP_TIMEOUT_MS / 1_000 + 2;

/**
 * How long a worker insists, in milliseconds, on writing down what became of a mail while the database is away. After
 * a short outage it is settled at once; after a longer one the lease has run out, or is about to.
 */
const INSIST_MS = 5_000;

export type SendOutcome = 'sent' | 'not_wanted' | 'postponed' | 'given_up';

/** Sends one owed mail. Safe to run twice: the claim decides who sends, and every copy carries the same code. */
@Injectable()
export class SendOwedMail {
  constructor(
    @Inject(OwedMailRepository) private readonly owed: OwedMailRepository,
    @Inject(Mailer) private readonly mailer: Mailer,
    @Inject(Environment) private readonly environment: Environment,
    @Inject(Logger) private readonly logger: Logger,
    private readonly codes: CodeDeriver,
  ) {}

  /** @throws {Unavailable} when the database is away: the mail stays owed */
  async execute(mailId: string): Promise<SendOutcome> {
    const mail = await this.claim(mailId);
    if (mail === null) return 'not_wanted';
    const send = () => traced('mail process', SpanKind.CONSUMER, {}, () => this.send(mail));
    const context = { requestId: mail.requestId ?? mail.id };
    return await continuing(mail.traceParent, () => requestContext.run(context, send));
  }

  /** A claim without an answer may be one all the same, and nobody would send the mail while it lasts: it is undone. */
  private async claim(mailId: string): Promise<ClaimedMail | null> {
    const lifeSeconds = this.environment.ACTIVATION_CODE_EXPIRY_SECONDS;
    try {
      return await this.owed.claim(mailId, LEASE_SECONDS, lifeSeconds);
    } catch (error) {
      if (error instanceof Unavailable) {
        await insist(INSIST_MS, () =>
          this.owed.postpone(mailId, 0, `the database did not answer: ${error.reason}`),
        );
      }
      throw error;
    }
  }

  private async send(mail: ClaimedMail): Promise<SendOutcome> {
    const lifeSeconds = this.environment.ACTIVATION_CODE_EXPIRY_SECONDS;
    try {
      await this.mailer.send({
        id: mail.id,
        to: mail.email,
        locale: mail.locale,
        content:
          mail.code === null
            ? { kind: 'address_taken' }
            : { kind: 'activation_code', code: this.codes.derive(mail.code), expiresInSeconds: lifeSeconds },
      });
    } catch (error) {
      return await this.recover(mail, error);
    }
    await insist(INSIST_MS, () => this.owed.markSent(mail.id, lifeSeconds));
    this.logger.info({ mail_id: mail.id, attempt: mail.attempt }, 'Mail sent');
    return 'sent';
  }

  private async recover(mail: ClaimedMail, error: unknown): Promise<SendOutcome> {
    const reason = error instanceof Unavailable ? error.reason : (error as Error).message;
    const details = { mail_id: mail.id, attempt: mail.attempt, error };
    const delaySeconds = error instanceof MailRefused ? null : retryDelaySeconds(mail.attempt);
    if (delaySeconds === null) {
      await insist(INSIST_MS, () => this.owed.giveUp(mail.id, reason));
      this.logger.error(details, 'Mail given up; see `mail owed` and `mail retry`');
      return 'given_up';
    }
    await insist(INSIST_MS, () => this.owed.postpone(mail.id, delaySeconds, reason));
    this.logger.warn({ ...details, retry_in_seconds: delaySeconds }, 'Mail not taken; trying again');
    return 'postponed';
  }
}
