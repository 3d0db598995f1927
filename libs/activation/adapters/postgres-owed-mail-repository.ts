import { Inject, Injectable } from '@nestjs/common';
import { recordEvent } from '@app/events';
import { Environment, flatStatements, inBatches, inTime, shortReason, Sql, uuids } from '@app/runtime';
import { mailsOfADay } from '../domain/activation-code';
import {
  POSTPONED_SECONDS_MAX,
  type AttemptCounts,
  type ClaimedMail,
  type GiveUpReason,
  type MailLease,
  type OwedMailRepository,
} from '../domain/owed-mail-repository';
import { exceedsMailbox } from '../row/account-row';

@Injectable()
export class PostgresOwedMailRepository implements OwedMailRepository {
  private readonly sql: Sql;

  constructor(
    @Inject(Sql) sql: Sql,
    @Inject(Environment) private readonly environment: Environment,
  ) {
    this.sql = flatStatements(sql);
  }

  async claimDue(limit: number, { workerId, leaseSeconds, lifeSeconds }: MailLease): Promise<ClaimedMail[]> {
    const { sql } = this;
    return await inTime(
      sql<ClaimedMail[]>`
        with due as (
          select id, ${exceedsMailbox(sql, mailsOfADay(this.environment))} as exceeds
          from users where mail_due_at <= now()
          order by mail_due_at
          limit ${limit}
          for update skip locked
        ), withheld as (
          update users set
            mail_due_at = null, mail_withheld_at = now(), mail_leased_by = null, code_expires_at = null,
            mail_last_error = 'the mailbox has had its mails of the day'
          where id = any(array(select id from due where exceeds))
        )
        update users set
          mail_due_at = now() + make_interval(secs => ${leaseSeconds}),
          mail_leased_by = ${workerId},
          mail_unknown_outcomes = case when mail_attempts = 0 then 0 else mail_unknown_outcomes end,
          mail_attempts = mail_attempts + 1,
          ${this.codeLivesFromNow(lifeSeconds)}
        where id = any(array(select id from due where not exceeds))
        returning mail_id as id, email, locale, request_id as "requestId", trace_parent as "traceParent",
                  mail_attempts as attempt, mail_unknown_outcomes as "unknownOutcomes",
                  case when activated_at is null then jsonb_build_object(
                    'mailId', mail_id, 'digits', code_digits, 'keyId', code_key_id) end as code`,
    );
  }

  async release(workerId: string, except: readonly string[] = []): Promise<void> {
    await inTime(this.sql`
      update users set mail_due_at = now(), mail_leased_by = null
      where mail_due_at > now() and mail_leased_by = ${workerId} and mail_id <> all(${uuids(this.sql, except)})`);
  }

  async bringForward(): Promise<number> {
    return await inBatches(
      (limit) => this.sql`
        update users set mail_due_at = now()
        where id = any(array(
          select id from users
          where mail_due_at > now() and mail_leased_by is null
            and ((mail_attempts = 0 and mail_last_error is null)
                 or mail_due_at > now() + make_interval(secs => ${POSTPONED_SECONDS_MAX}))
          limit ${limit}
          for update skip locked))`,
    );
  }

  async markSent(ids: readonly string[], lifeSeconds: number): Promise<void> {
    await inTime(this.sql`
      update users set
        mail_due_at = null, mail_sent_at = now(), mail_given_up_at = null, mail_last_error = null,
        mail_leased_by = null, ${this.codeLivesFromNow(lifeSeconds)}
      where mail_id = any(${uuids(this.sql, ids)})`);
  }

  async postpone(id: string, delaySeconds: number, reason: string, counts: AttemptCounts = 'attempt') {
    await inTime(this.sql`
      update users set
        mail_due_at = now() + make_interval(secs => ${delaySeconds}),
        mail_leased_by = null,
        mail_attempts = greatest(0, mail_attempts - ${counts === 'nothing' ? 1 : 0}::int),
        mail_unknown_outcomes = mail_unknown_outcomes + ${counts === 'unknown' ? 1 : 0}::int,
        code_expires_at = case when ${counts === 'unknown'}::boolean then code_expires_at end,
        mail_last_error = ${shortReason(reason)}
      where mail_id = ${id} and mail_due_at is not null`);
  }

  async giveUp(id: string, reason: string, why: GiveUpReason): Promise<void> {
    const codeLives = why === 'outcome_unknown';
    const told = { type: 'user.undeliverable', from: 'pending', request: { id: null } } as const;
    await inTime(this.sql`
      with given_up as (
        update users set
          mail_due_at = null, mail_given_up_at = now(), mail_last_error = ${shortReason(reason)},
          mail_leased_by = null,
          code_expires_at = case when ${codeLives}::boolean then code_expires_at end
        where mail_id = ${id} and mail_due_at is not null
        returning id, email, created_at, activated_at
      ), pending as (
        select * from given_up where activated_at is null and ${why === 'refused'}::boolean
      ), told as (${recordEvent(this.sql, this.environment, told)})
      select`);
  }

  /**
   * The lifetime of a code starts when its mail is handed over; until that is stored, it counts from the claim. A code
   * whose attempts are used up stays dead, although another copy of its mail is sent, or the sending is stored late.
   */
  private codeLivesFromNow(lifeSeconds: number) {
    const { ACTIVATION_CODE_MAX_ATTEMPTS: attempts } = this.environment;
    return this.sql`
      code_expires_at = case
        when activated_at is not null then null
        when code_wrong_tries >= ${attempts} then least(code_expires_at, now())
        else now() + make_interval(secs => ${lifeSeconds}) end`;
  }
}
