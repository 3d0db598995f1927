import { Inject, Injectable } from '@nestjs/common';
import { codeDigits } from '@app/activation';
import { Environment, inTime, Sql, traceParent } from '@app/runtime';
import type { EmailAddress } from '../domain/email-address';
import { UsersError } from '../domain/errors';
import type { NewUser, User, UserRepository, UserWithHash } from '../domain/user-repository';

interface UserRow {
  readonly id: string;
  readonly email: EmailAddress;
  readonly created_at: Date;
  readonly activated_at: Date | null;
  readonly mail_id: string;
  readonly code_digits: number;
}

@Injectable()
export class PostgresUserRepository implements UserRepository {
  constructor(
    @Inject(Sql) private readonly sql: Sql,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  async add({ id, email, passwordHash, code, locale, requestId }: NewUser): Promise<User> {
    // The unique index decides who gets the address. `on conflict do update` locks the row that is in the way and
    // looks at its newest version, so a registration is replaced only if it is dead at that moment.
    const [row] = await inTime(
      this.sql<UserRow[]>`
        insert into users as held (id, email, password_hash, mail_id, code_digits, mail_due_at, locale, request_id,
                                   trace_parent)
        values (${id}, ${email}, ${passwordHash}, ${code.mailId}, ${codeDigits(this.sql, this.sql`${email}::text`, code.digits)},
                now(), ${locale}, ${requestId}, ${traceParent()})
        on conflict (email) do update set
          id = excluded.id, password_hash = excluded.password_hash, created_at = now(),
          mail_id = excluded.mail_id, code_digits = excluded.code_digits,
          code_wrong_tries = 0, code_expires_at = null, code_resends = 0,
          mail_due_at = now(), mail_owed_since = now(), mail_sent_at = null, mail_given_up_at = null, mail_attempts = 0,
          mail_last_error = null, locale = excluded.locale, request_id = excluded.request_id,
          trace_parent = excluded.trace_parent
        where held.activated_at is null and held.mail_due_at is null
          and (held.code_expires_at is null or held.code_expires_at <= now()
               or held.code_wrong_tries >= ${this.environment.ACTIVATION_CODE_MAX_ATTEMPTS})
        returning id, email, created_at, activated_at, mail_id, code_digits`,
    );
    if (row === undefined) throw new UsersError('users.email_taken');
    return toUser(row);
  }

  async findByEmail(email: EmailAddress): Promise<UserWithHash | null> {
    const [row] = await inTime(
      this.sql<(UserRow & { readonly password_hash: string })[]>`
        select id, email, password_hash, created_at, activated_at, mail_id, code_digits
        from users where email = ${email}`,
    );
    return row === undefined ? null : { ...toUser(row), passwordHash: row.password_hash };
  }

  async oweNotice(email: EmailAddress, mailId: string): Promise<string | null> {
    const [row] = await inTime(
      this.sql<{ mail_id: string }[]>`
        update users set
          mail_id = ${mailId}, mail_due_at = now(), mail_owed_since = now(), mail_sent_at = null, mail_given_up_at = null,
          mail_attempts = 0, mail_last_error = null
        where email = ${email} and activated_at is not null and mail_due_at is null
          and (mail_id is null or coalesce(mail_sent_at, mail_given_up_at, 'epoch') < now() - interval '1 day')
        returning mail_id`,
    );
    return row?.mail_id ?? null;
  }
}

function toUser(row: UserRow): User {
  return {
    id: row.id,
    email: row.email,
    createdAt: row.created_at,
    activatedAt: row.activated_at,
    code: row.activated_at === null ? { mailId: row.mail_id, digits: row.code_digits } : null,
  };
}
