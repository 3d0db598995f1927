import { Inject, Injectable } from '@nestjs/common';
import { accountRow, mailsOfADay, resendWaitSeconds, toCurrentCode, type CodeRow } from '@app/activation';
import { recordEvent } from '@app/events';
import { Environment, inTime, Sql, traceParent } from '@app/runtime';
import type { EmailAddress } from '../domain/email-address';
import type { Addition, NewUser, User, UserRepository, UserWithHash } from '../domain/user-repository';
import { forgetAddressInEvents } from './erasure-statements';
import { freshAnswer, pretendedAnswer, toPretended, type PretendedRow } from './pretended-answers';

const { codeColumns, countKeys, countMails, hasFreshCode, isDead, nextCodeDigits, owesMailNow } = accountRow;

interface UserRow extends CodeRow {
  readonly id: string;
  readonly email: EmailAddress;
  readonly created_at: Date;
  readonly activated_at: Date | null;
}

interface FoundRow extends UserRow {
  readonly password_hash: string;
  readonly request_digest: Buffer | null;
  readonly pretended: readonly PretendedRow[];
}

/** Where the address is taken, the columns of the account are null. */
type AddedRow = { readonly instead: PretendedRow } & { [column in keyof UserRow]: UserRow[column] | null };

@Injectable()
export class PostgresUserRepository implements UserRepository {
  constructor(
    @Inject(Sql) private readonly sql: Sql,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  async add(user: NewUser, pretend = false): Promise<Addition> {
    const { sql, environment } = this;
    const { id, email, passwordHash, code, locale, requestId, requestDigest } = user;
    const mail = { mailId: code.mailId, locale, requestId };
    // `held` waits for the holder of the row and sees its newest version: the id that is replaced is the true one. The
    // unique index decides who gets the address, and a registration is replaced only if it is dead at that moment.
    const [row] = await inTime(
      sql<AddedRow[]>`
        with held as (
          select id, email, created_at, activated_at from users where email = ${email} for update
        ), added as (
          insert into users as held_by (id, email, password_hash, mail_id, code_digits, code_key_id, mail_due_at, locale,
                                        request_id, trace_parent, request_digest)
          select ${id}::uuid, ${email}, ${passwordHash}, ${code.mailId}::uuid,
                 ${nextCodeDigits(sql, sql`${email}::text`, code.digits)}, ${code.keyId}, now(), ${locale},
                 ${requestId}, ${traceParent()}, ${requestDigest}::bytea
          from (select count(*) from held) as looked
          on conflict (email) do update set
            id = excluded.id, password_hash = excluded.password_hash, created_at = now(),
            request_digest = excluded.request_digest, code_resends = 0, code_early_resend = 'unused',
            replaced_code = null, pretended = '[]', ${owesMailNow(sql, mail, 'held_by')},
            ${hasFreshCode(sql, code, 'held_by')}
          where ${isDead(sql, 'held_by')}
          returning held_by.*
        ), counted as (${countMails(sql, sql`added`, mailsOfADay(environment))}),
        replaced as (${recordEvent(sql, environment, {
          type: 'user.replaced',
          from: sql`(select held.* from held join added on true)`,
          requestId,
          replacedBy: sql`(select id from added)`,
        })}),
        told as (${recordEvent(sql, environment, { type: 'user.registered', from: sql`added`, requestId })}),
        ${pretend ? pretendedAnswer(sql, user, environment.ACTIVATION_CODE_EXPIRY_SECONDS) : sql`instead as (select ${freshAnswer(sql, user)} as answer)`}
        select added.id, added.email, added.created_at, added.activated_at, ${codeColumns(sql, resendWaitSeconds(environment), 'added')}, instead.answer as instead
        from instead left join added on true`,
    );
    if (row === undefined) throw new Error('The statement that adds an account gave no row');
    return row.id === null
      ? { outcome: 'taken', instead: toPretended(row.instead) }
      : { outcome: 'added', user: toUser(row as UserRow) };
  }

  async findByEmail(email: EmailAddress): Promise<UserWithHash | null> {
    const [row] = await inTime(
      this.sql<FoundRow[]>`
        select id, email, password_hash, created_at, activated_at, request_digest, pretended, ${codeColumns(this.sql, resendWaitSeconds(this.environment))}
        from users where email = ${email}`,
    );
    if (row === undefined) return null;
    return {
      ...toUser(row),
      passwordHash: row.password_hash,
      requestDigest: row.request_digest,
      pretended: row.pretended.map(toPretended),
    };
  }

  async oweNotice(email: EmailAddress, mailId: string, requestId: string | null): Promise<string | null> {
    const { sql } = this;
    const [row] = await inTime(
      sql<{ mail_id: string }[]>`
        with noticed as (
          update users set ${owesMailNow(sql, { mailId, requestId })}
          where email = ${email} and activated_at is not null and mail_due_at is null
            and (mail_id is null or greatest(mail_sent_at, mail_given_up_at, mail_withheld_at, 'epoch') < now() - interval '1 day')
          returning mail_id, email
        ), counted as (${countMails(sql, sql`noticed`, mailsOfADay(this.environment))})
        select mail_id from noticed`,
    );
    return row?.mail_id ?? null;
  }

  async erase(
    { id, email }: Pick<User, 'id' | 'email'>,
    digest: string,
    requestId: string | null,
  ): Promise<boolean> {
    const { sql } = this;
    const rows = await inTime(
      sql`
        with gone as (
          delete from users where id = ${id} returning id, email, created_at, activated_at
        ), forgotten as (
          delete from address_days where digest in (${countKeys(sql, sql`${email}::text`)}) and exists (select from gone)
        ), nameless as (${forgetAddressInEvents(sql, { id, email })}),
        logged as (
          insert into erasures (account_id, digest) select id, ${digest} from gone on conflict (account_id) do nothing
        ), told as (${recordEvent(sql, this.environment, { type: 'user.deleted', from: sql`gone`, requestId })})
        select id from gone`,
    );
    return rows.length > 0;
  }

  async replaceHash(id: string, from: string, to: string): Promise<void> {
    await inTime(
      this.sql`update users set password_hash = ${to} where id = ${id} and password_hash = ${from}`,
    );
  }

  async highestCost(): Promise<number | null> {
    const [row] = await inTime(
      this.sql<{ cost: string }[]>`
        select substring(password_hash from 5 for 2) as cost from users
        where password_hash ~ '^\\$2[aby]\\$\\d\\d\\$'
        order by substring(password_hash from 5 for 2) desc
        limit 1`,
    );
    return row === undefined ? null : Number(row.cost);
  }
}

function toUser(row: UserRow): User {
  return {
    id: row.id,
    email: row.email,
    createdAt: row.created_at,
    activatedAt: row.activated_at,
    code: row.activated_at === null ? toCurrentCode(row) : null,
  };
}
