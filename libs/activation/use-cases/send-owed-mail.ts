import { Inject, Injectable } from '@nestjs/common';
import { Mailer, sendSecondsMax, type MailOutcome } from '@app/mail';
import { doublingDelay, WORKER_ID, type OwedWork, type Setback } from '@app/owed-work';
import { continuing, Environment, Logger, requestContext, SpanKind, traced } from '@app/runtime';
import { CodeDeriver } from '../domain/activation-code';
import {
  OwedMailRepository,
  type AttemptCounts,
  type ClaimedMail,
  type GiveUpReason,
} from '../domain/owed-mail-repository';

/** Margin of a lease over the longest send, so that a live worker never loses a mail that it is sending. */
const LEASE_MARGIN_SECONDS = 5;
/** Number of retries of a mail with unknown outcome: each one may deliver a duplicate. */
const UNKNOWN_RETRIES_MAX = 2;
const RETRY_SECONDS = { first: 2, longest: 300 };
/** With the delays above this is a little over a day: longer than any greylisting and most outages. */
const ATTEMPTS_MAX = 300;

/** A mail and its outcome. */
export interface AttemptedMail {
  readonly mail: ClaimedMail;
  readonly outcome: MailOutcome;
}

/** Sends owed mails. The claim decides which worker sends, and every copy of a mail contains the same code. */
@Injectable()
export class SendOwedMail implements OwedWork<ClaimedMail, AttemptedMail> {
  readonly name = 'mail';
  readonly leaseSeconds: number;

  constructor(
    @Inject(OwedMailRepository) private readonly owed: OwedMailRepository,
    @Inject(Mailer) private readonly mailer: Mailer,
    @Inject(Environment) private readonly environment: Environment,
    @Inject(Logger) private readonly logger: Logger,
    private readonly codes: CodeDeriver,
  ) {
    this.leaseSeconds = sendSecondsMax(environment) + LEASE_MARGIN_SECONDS;
  }

  claim(limit: number): Promise<readonly ClaimedMail[]> {
    return this.owed.claimDue(limit, {
      workerId: WORKER_ID,
      leaseSeconds: this.leaseSeconds,
      lifeSeconds: this.environment.ACTIVATION_CODE_EXPIRY_SECONDS,
    });
  }

  release(except: readonly string[]): Promise<void> {
    return this.owed.release(WORKER_ID, except);
  }

  async attempt(mail: ClaimedMail): Promise<AttemptedMail> {
    const context = { requestId: mail.requestId ?? mail.id };
    return await continuing(mail.traceParent, () =>
      requestContext.run(context, async () => {
        const outcome = await traced('mail process', SpanKind.CONSUMER, {}, () => this.send(mail));
        this.log(mail, outcome);
        return { mail, outcome };
      }),
    );
  }

  async settle(attempted: readonly AttemptedMail[]): Promise<void> {
    const sent = attempted.filter(({ outcome }) => outcome.kind === 'sent').map(({ mail }) => mail.id);
    const lifeSeconds = this.environment.ACTIVATION_CODE_EXPIRY_SECONDS;
    await Promise.all([
      sent.length > 0 ? this.owed.markSent(sent, lifeSeconds) : undefined,
      ...attempted.map((each) => this.settleFailure(each)),
    ]);
  }

  /** A mail that the server refuses, without refusing others, is held alone. */
  setbackOf({ outcome }: AttemptedMail): Setback | null {
    const retryAfterSeconds = outcome.kind === 'held' ? this.mailer.heldForSeconds() : 0;
    return retryAfterSeconds > 0 ? { retryAfterSeconds } : null;
  }

  /** Outcome of the attempt, for the metrics. */
  metricOf(mail: ClaimedMail, outcome: MailOutcome): 'sent' | 'held' | 'postponed' | 'given_up' {
    if (outcome.kind === 'sent' || outcome.kind === 'held') return outcome.kind;
    return 'giveUp' in decide(mail, outcome) ? 'given_up' : 'postponed';
  }

  private async send(mail: ClaimedMail): Promise<MailOutcome> {
    const expiresInSeconds = this.environment.ACTIVATION_CODE_EXPIRY_SECONDS;
    return await this.mailer.send({
      id: mail.id,
      to: mail.email,
      locale: mail.locale,
      content:
        mail.code === null
          ? { kind: 'address_taken' }
          : { kind: 'activation_code', code: this.codes.derive(mail.code), expiresInSeconds },
    });
  }

  private async settleFailure({ mail, outcome }: AttemptedMail): Promise<void> {
    if (outcome.kind === 'sent') return;
    const decision = decide(mail, outcome);
    if ('giveUp' in decision) await this.owed.giveUp(mail.id, outcome.reason, decision.giveUp);
    else await this.owed.postpone(mail.id, decision.retryInSeconds, outcome.reason, decision.counts);
  }

  private log(mail: ClaimedMail, outcome: MailOutcome): void {
    const details = { mail_id: mail.id, attempt: mail.attempt };
    if (outcome.kind === 'sent') {
      this.logger.info(details, 'Mail sent');
      return;
    }
    const reasons = { ...details, outcome: outcome.kind, reason: outcome.reason };
    if ('giveUp' in decide(mail, outcome)) {
      this.logger.error(reasons, 'Gave up a mail; see `mail owed` and `mail retry`');
    } else this.logger.warn(reasons, 'Mail not accepted; retrying later');
  }
}

type Decision =
  { readonly giveUp: GiveUpReason } | { readonly retryInSeconds: number; readonly counts: AttemptCounts };

/** The consequence of a failed attempt. */
export function decide(mail: ClaimedMail, outcome: Exclude<MailOutcome, { kind: 'sent' }>): Decision {
  const retryInSeconds = doublingDelay(mail.attempt, RETRY_SECONDS);
  const isLast = mail.attempt >= ATTEMPTS_MAX;
  switch (outcome.kind) {
    case 'refused':
      return { giveUp: 'refused' };
    case 'held':
      return { retryInSeconds: outcome.retryInSeconds, counts: 'nothing' };
    case 'deferred':
      return isLast ? { giveUp: 'tried_too_often' } : { retryInSeconds, counts: 'attempt' };
    case 'unknown':
      return isLast || mail.unknownOutcomes >= UNKNOWN_RETRIES_MAX
        ? { giveUp: 'outcome_unknown' }
        : { retryInSeconds, counts: 'unknown' };
  }
}
