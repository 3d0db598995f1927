import { Inject, Injectable } from '@nestjs/common';
import { Mailer, sendSecondsMax, type MailOutcome } from '@app/mail';
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

/** How much longer a lease is than the longest send, so that a live worker never loses a mail that it is sending. */
const LEASE_MARGIN_SECONDS = 5;
/** How often a mail is tried again whose fate is unknown: each copy may be one too many. */
const UNKNOWN_RETRIES_MAX = 2;

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
    const leaseSeconds = sendSecondsMax(this.environment) + LEASE_MARGIN_SECONDS;
    try {
      return await this.owed.claim(mailId, leaseSeconds, lifeSeconds);
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
    const outcome = await this.mailer.send({
      id: mail.id,
      to: mail.email,
      locale: mail.locale,
      content:
        mail.code === null
          ? { kind: 'address_taken' }
          : { kind: 'activation_code', code: this.codes.derive(mail.code), expiresInSeconds: lifeSeconds },
    });
    if (outcome.kind !== 'sent') return await this.recover(mail, outcome);
    await insist(INSIST_MS, () => this.owed.markSent(mail.id, lifeSeconds));
    this.logger.info({ mail_id: mail.id, attempt: mail.attempt }, 'Mail sent');
    return 'sent';
  }

  private async recover(
    mail: ClaimedMail,
    outcome: Exclude<MailOutcome, { kind: 'sent' }>,
  ): Promise<SendOutcome> {
    const { reason } = outcome;
    const details = { mail_id: mail.id, attempt: mail.attempt, outcome: outcome.kind, reason };
    const delaySeconds = delayAfter(mail, outcome);
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

/** Seconds until the next attempt; null where there is none. */
function delayAfter(mail: ClaimedMail, outcome: Exclude<MailOutcome, { kind: 'sent' }>): number | null {
  if (outcome.kind === 'held') return outcome.retryInSeconds;
  if (outcome.kind === 'refused') return null;
  if (outcome.kind === 'unknown' && mail.attempt > UNKNOWN_RETRIES_MAX) return null;
  return retryDelaySeconds(mail.attempt);
}
