import { Inject, Injectable } from '@nestjs/common';
import { inTime, Sql, traceParent } from '@app/runtime';
import type {
  ActivationRepository,
  Redeem,
  Redemption,
  Replacement,
  ReplacementOutcome,
} from '../domain/activation-repository';
import { codeDigits } from './code-digits';

interface RedemptionRow {
  readonly activated_before: boolean;
  readonly alive: boolean;
  readonly activated_at: Date | null;
}

@Injectable()
export class PostgresActivationRepository implements ActivationRepository {
  constructor(@Inject(Sql) private readonly sql: Sql) {}

  async redeem({ accountId, mailId, right, maxWrongTries, passwordHash }: Redeem): Promise<Redemption> {
    // `held` takes the row's lock and sees its newest version, so the rest decides on what is true now. The tries
    // of a day are counted for the address, because they have to outlive this registration.
    const [row] = await inTime(
      this.sql<RedemptionRow[]>`
        with held as (
          select id, email, activated_at,
                 coalesce(mail_id = ${mailId} and code_expires_at > now()
                          and code_wrong_tries < ${maxWrongTries}, false) as alive
          from users where id = ${accountId}
          for update
        ), redeemed as (
          update users set
            activated_at = case when ${right}::boolean then now() end,
            mail_id = case when ${right}::boolean then null else users.mail_id end,
            code_expires_at = case when ${right}::boolean then null else users.code_expires_at end,
            mail_due_at = case when ${right}::boolean then null else users.mail_due_at end,
            password_hash = case when ${right}::boolean then coalesce(${passwordHash ?? null}, users.password_hash)
                                 else users.password_hash end,
            code_wrong_tries = users.code_wrong_tries + case when ${right}::boolean then 0 else 1 end
          from held
          where users.id = held.id and held.activated_at is null and held.alive
          returning users.activated_at
        ), counted as (
          insert into wrong_tries as counter (email_digest, tries)
          select sha256(convert_to(held.email, 'UTF8')), 1 from held
          where held.activated_at is null and held.alive and not ${right}::boolean
          on conflict (email_digest) do update set
            tries = case when counter.since > now() - interval '1 day' then counter.tries + 1 else 1 end,
            since = case when counter.since > now() - interval '1 day' then counter.since else now() end
        )
        select held.activated_at is not null as activated_before, held.alive,
               (select activated_at from redeemed) as activated_at
        from held`,
    );
    if (row === undefined) return { outcome: 'dead' };
    if (row.activated_before) return { outcome: 'already_activated' };
    if (!row.alive) return { outcome: 'dead' };
    return row.activated_at === null
      ? { outcome: 'wrong' }
      : { outcome: 'activated', activatedAt: row.activated_at };
  }

  async replaceCode(replacement: Replacement): Promise<ReplacementOutcome> {
    const { accountId, mailId, digits, locale, requestId, maxResends } = replacement;
    const [row] = await inTime(
      this.sql<{ readonly activated: boolean; readonly used_up: boolean }[]>`
        with held as (
          select id, activated_at is not null as activated, code_resends >= ${maxResends} as used_up
          from users where id = ${accountId}
          for update
        ), replaced as (
          update users set
            mail_id = ${mailId},
            code_digits = ${codeDigits(this.sql, this.sql`users.email`, digits)},
            code_wrong_tries = 0, code_expires_at = null, code_resends = users.code_resends + 1,
            mail_due_at = now(), mail_owed_since = now(), mail_sent_at = null, mail_given_up_at = null,
            mail_attempts = 0, mail_last_error = null, locale = ${locale}, request_id = ${requestId},
            trace_parent = ${traceParent()}
          from held
          where users.id = held.id and not held.activated and not held.used_up
        )
        select activated, used_up from held`,
    );
    if (row === undefined || row.activated) return 'already_activated';
    return row.used_up ? 'used_up' : 'replaced';
  }
}
