import { Inject, Injectable } from '@nestjs/common';
import { accountRow, mailsOfADay, resendWaitSeconds, toCurrentCode } from '@app/activation';
import { Environment, flatStatements, inTime, Sql } from '@app/runtime';
import type { EmailAddress } from '../domain/email-address';
import type { Addition, NewUser, User, UserRepository, UserWithHash } from '../domain/user-repository';
import {
  addRegistration,
  repeatableAnswers,
  toRegistration,
  type KeptRow,
  type UserRow,
} from './add-registration';
import { erasure } from './erasure-statements';

const { codeColumns, countMails, owesMailNow } = accountRow;

interface FoundRow extends UserRow {
  readonly password_hash: string;
  readonly request_digest: Buffer | null;
  readonly pretended: readonly KeptRow[];
}

/** Maximum number of statements for one registration: the second one sees the row that won against the first. */
const READS_MAX = 3;

@Injectable()
export class PostgresUserRepository implements UserRepository {
  private readonly sql: Sql;

  constructor(
    @Inject(Sql) sql: Sql,
    @Inject(Environment) private readonly environment: Environment,
  ) {
    this.sql = flatStatements(sql);
  }

  async add(user: NewUser, pretend = false): Promise<Addition> {
    for (let read = 1; ; read += 1) {
      const row = await addRegistration(this.sql, this.environment, user, pretend);
      if (row.id !== null) return { outcome: 'added', user: toUser(row as UserRow) };
      // Only a taken row that was seen has stored the answer, or returned the earlier one.
      const kept = row.held || !pretend || user.requestDigest === null;
      if (kept || read === READS_MAX) {
        return { outcome: 'taken', instead: row.instead && toRegistration(row.instead), replayed: row.known };
      }
    }
  }

  async findByEmail(email: EmailAddress): Promise<UserWithHash | null> {
    const [row] = await inTime(
      this.sql<FoundRow[]>`
        select id, email, password_hash, created_at, activated_at, request_digest,
               ${repeatableAnswers(this.sql, this.environment)} as pretended, ${codeColumns(this.sql, resendWaitSeconds(this.environment))}
        from users where email = ${email}`,
    );
    if (row === undefined) return null;
    return {
      ...toUser(row),
      passwordHash: row.password_hash,
      requestDigest: row.request_digest,
      pretended: row.pretended.map(toRegistration),
    };
  }

  async oweNotice(email: EmailAddress, mailId: string, requestId: string | null): Promise<string | null> {
    const { sql } = this;
    const [row] = await inTime(
      sql<{ mail_id: string }[]>`
        with noticed as (
          update users set ${owesMailNow(sql, mailId, { requestId })}
          where email = ${email} and activated_at is not null and mail_due_at is null
            and (mail_id is null or greatest(mail_sent_at, mail_given_up_at, mail_withheld_at, 'epoch') < now() - interval '1 day')
          returning mail_id, email
        ), counted as (${countMails(sql, 'noticed', mailsOfADay(this.environment))})
        select mail_id from noticed`,
    );
    return row?.mail_id ?? null;
  }

  async erase(
    account: Pick<User, 'id' | 'email'>,
    digest: string,
    requestId: string | null,
  ): Promise<boolean> {
    const [{ accounts }] = await inTime(erasure(this.sql, this.environment, account, digest, requestId));
    return accounts > 0;
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
