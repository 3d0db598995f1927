import { Inject, Injectable } from '@nestjs/common';
import { recordEvent } from '@app/events';
import { Environment, flatStatements, inTime, Sql } from '@app/runtime';
import type {
  ActivationRepository,
  Redeem,
  Redemption,
  Replacement,
  ReplacementOutcome,
} from '../domain/activation-repository';
import { mailsOfADay, resendWaitSeconds, toCurrentCode, type CodeRow } from '../domain/activation-code';
import {
  codeColumnNames,
  codeColumns,
  countMails,
  countWrongTries,
  isAlive,
  owesNewCode,
  remembersReplacedCode,
} from '../row/account-row';

/** The columns of a code have no meaning for an activated account. */
interface RedemptionRow extends CodeRow {
  readonly activated_before: Date | null;
  readonly replayed: boolean;
  readonly alive: boolean;
  readonly now_activated_at: Date | null;
}

interface ReplacementRow extends CodeRow {
  readonly activated: boolean;
  readonly replayed: boolean;
  readonly used_up: boolean;
  readonly too_early: boolean;
}

@Injectable()
export class PostgresActivationRepository implements ActivationRepository {
  private readonly sql: Sql;

  constructor(
    @Inject(Sql) sql: Sql,
    @Inject(Environment) private readonly environment: Environment,
  ) {
    this.sql = flatStatements(sql);
  }

  async redeem({ accountId, mailId, right, maxWrongTries, ...request }: Redeem) {
    const { sql, environment } = this;
    const wait = resendWaitSeconds(environment);
    const dies = sql`users.code_wrong_tries + 1 >= ${maxWrongTries}`;
    // `held` locks the row and sees its latest version, so the rest decides on current data. A code that is invalid
    // after failed attempts is expired, so that every later statement treats it as dead.
    const change = right
      ? sql`activated_at = now(), mail_id = null, code_expires_at = null, mail_due_at = null, replaced_code = null,
            request_digest = ${request.requestDigest}`
      : sql`code_wrong_tries = users.code_wrong_tries + 1,
            code_expires_at = case when ${dies} then now() else users.code_expires_at end,
            code_early_resend = case when ${dies} and users.code_early_resend = 'unused' then 'open'
                                     else users.code_early_resend end`;
    const consequence = right
      ? recordEvent(sql, environment, {
          type: 'user.activated',
          from: 'redeemed',
          request: { id: request.requestId },
        })
      : countWrongTries(sql, 'redeemed');
    const [row] = await inTime(
      sql<RedemptionRow[]>`
        with held as (
          select id, activated_at, coalesce(request_digest = ${request.requestDigest}, false) as replayed,
                 coalesce(mail_id = ${mailId} and code_wrong_tries < ${maxWrongTries}, false) and ${isAlive(sql)} as alive,
                 ${codeColumns(sql, wait)}
          from users where id = ${accountId}
          for update
        ), redeemed as (
          update users set ${change}
          from held
          where users.id = held.id and held.activated_at is null and held.alive
          returning users.*
        ), told as (${consequence}), known as (
          select activated_at as now_activated_at, ${codeColumns(sql, wait, 'redeemed')}
          from redeemed
          union all
          select null, ${codeColumnNames(sql)} from held
          where not held.alive or held.activated_at is not null
        )
        select held.activated_at as activated_before, held.replayed, held.alive, known.* from held left join known on true`,
    );
    return toRedemption(row, maxWrongTries);
  }

  async replaceCode(replacement: Replacement): Promise<ReplacementOutcome> {
    const { sql, environment } = this;
    const wait = resendWaitSeconds(environment);
    const { accountId, code, maxResends, early, requestDigest } = replacement;
    const [row] = await inTime(
      sql<ReplacementRow[]>`
        with held as (
          select id, activated_at is not null as activated, code_resends >= ${maxResends} as used_up,
                 ${early}::boolean and code_early_resend <> 'open' as too_early,
                 coalesce(request_digest = ${requestDigest}, false) as replayed, ${codeColumns(sql, wait)}
          from users where id = ${accountId}
          for update
        ), replaced as (
          update users set
            ${owesNewCode(sql, code, replacement)},
            code_resends = users.code_resends + 1,
            code_early_resend = case when ${early}::boolean then 'used'
                                     when users.code_early_resend = 'open' then 'unused' else users.code_early_resend end,
            ${remembersReplacedCode(sql)},
            request_digest = ${requestDigest}
          from held
          where users.id = held.id and not (held.activated or held.replayed or held.used_up or held.too_early)
          returning users.*
        ), counted as (${countMails(sql, 'replaced', mailsOfADay(environment))}),
        known as (
          select ${codeColumns(sql, wait, 'replaced')} from replaced
          union all
          select ${codeColumnNames(sql)} from held where held.replayed
        )
        select held.activated, held.used_up, held.too_early, held.replayed, known.* from held left join known on true`,
    );
    if (row === undefined) return { outcome: 'gone' };
    if (row.activated) return { outcome: 'already_activated' };
    if (row.replayed) return { outcome: 'replayed', code: toCurrentCode(row) };
    if (row.used_up) return { outcome: 'used_up' };
    return row.too_early ? { outcome: 'too_early' } : { outcome: 'replaced', code: toCurrentCode(row) };
  }
}

function toRedemption(row: RedemptionRow | undefined, maxWrongTries: number): Redemption {
  if (row === undefined) return { outcome: 'gone' };
  if (row.activated_before !== null) {
    return row.replayed
      ? { outcome: 'replayed', activatedAt: row.activated_before }
      : { outcome: 'already_activated' };
  }
  if (row.now_activated_at !== null) return { outcome: 'activated', activatedAt: row.now_activated_at };
  const attemptsLeft = row.alive ? maxWrongTries - row.code_wrong_tries : 0;
  const code = toCurrentCode(row);
  return attemptsLeft > 0 ? { outcome: 'wrong', attemptsLeft, code } : { outcome: 'dead', code };
}
