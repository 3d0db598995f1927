import { Inject, Injectable } from '@nestjs/common';
import type { Locale } from '@app/mail';
import { inTime, Sql } from '@app/runtime';
import type { ClaimedMail, DuePlace, OwedMail, OwedMailRepository } from '../domain/owed-mail-repository';

interface ClaimedRow {
  readonly mail_id: string;
  readonly code_digits: number;
  readonly email: string;
  readonly locale: Locale;
  readonly request_id: string | null;
  readonly trace_parent: string | null;
  readonly mail_attempts: number;
  readonly activated: boolean;
}

interface OwedRow {
  readonly mail_id: string;
  readonly email: string;
  readonly owed_since: Date;
  readonly mail_due_at: Date | null;
  readonly mail_attempts: number;
  readonly mail_last_error: string | null;
}

const REASON_LENGTH_MAX = 500;
const RETRY_BATCH = 1_000;

@Injectable()
export class PostgresOwedMailRepository implements OwedMailRepository {
  constructor(@Inject(Sql) private readonly sql: Sql) {}

  async claim(id: string, leaseSeconds: number, lifeSeconds: number): Promise<ClaimedMail | null> {
    const [row] = await inTime(
      this.sql<ClaimedRow[]>`
        update users set
          mail_due_at = now() + make_interval(secs => ${leaseSeconds}),
          mail_attempts = mail_attempts + 1,
          code_expires_at = case when activated_at is null then now() + make_interval(secs => ${lifeSeconds}) end
        where mail_id = ${id} and mail_due_at <= now()
        returning mail_id, code_digits, email, locale, request_id, trace_parent, mail_attempts, activated_at is not null as activated`,
    );
    if (row === undefined) return null;
    return {
      id: row.mail_id,
      email: row.email,
      locale: row.locale,
      requestId: row.request_id,
      traceParent: row.trace_parent,
      attempt: row.mail_attempts,
      code: row.activated ? null : { mailId: row.mail_id, digits: row.code_digits },
    };
  }

  async markSent(id: string, lifeSeconds: number): Promise<void> {
    await inTime(this.sql`
      update users set
        mail_due_at = null, mail_sent_at = now(), mail_given_up_at = null, mail_last_error = null,
        code_expires_at = case when activated_at is null then now() + make_interval(secs => ${lifeSeconds}) end
      where mail_id = ${id}`);
  }

  async postpone(id: string, delaySeconds: number, reason: string): Promise<void> {
    await inTime(this.sql`
      update users set
        mail_due_at = now() + make_interval(secs => ${delaySeconds}),
        mail_last_error = ${reason.slice(0, REASON_LENGTH_MAX)}
      where mail_id = ${id} and mail_due_at is not null`);
  }

  async giveUp(id: string, reason: string): Promise<void> {
    await inTime(this.sql`
      update users set
        mail_due_at = null, mail_given_up_at = now(), mail_last_error = ${reason.slice(0, REASON_LENGTH_MAX)},
        code_expires_at = null
      where mail_id = ${id} and mail_due_at is not null`);
  }

  async due(
    limit: number,
    after: DuePlace = { id: '00000000-0000-0000-0000-000000000000', dueAtMicros: '0' },
  ) {
    return await inTime(
      this.sql<DuePlace[]>`
        select mail_id as id, (extract(epoch from mail_due_at) * 1000000)::bigint::text as "dueAtMicros"
        from users
        where mail_due_at is not null and mail_due_at <= now()
          and (mail_due_at, mail_id) >
              ('epoch'::timestamptz + ${after.dueAtMicros}::bigint * interval '1 microsecond', ${after.id}::uuid)
        order by mail_due_at, mail_id
        limit ${limit}`,
    );
  }

  async list(limit: number): Promise<OwedMail[]> {
    const rows = await inTime(
      this.sql<OwedRow[]>`
        select mail_id, email, mail_owed_since as owed_since, mail_due_at, mail_attempts, mail_last_error
        from users
        where mail_due_at is not null or mail_given_up_at is not null
        order by mail_owed_since
        limit ${limit}`,
    );
    return rows.map((row) => ({
      id: row.mail_id,
      email: row.email,
      owedSince: row.owed_since,
      dueAt: row.mail_due_at,
      attempts: row.mail_attempts,
      lastError: row.mail_last_error,
    }));
  }

  /** In batches, because each statement has a deadline and there may be many of them after a long outage. */
  async retryGivenUp(): Promise<number> {
    for (let retried = 0; ;) {
      const { count } = await inTime(this.sql`
        update users set mail_due_at = now(), mail_given_up_at = null, mail_attempts = 0
        where ctid = any(array(
          select ctid from users where mail_given_up_at is not null
          order by mail_given_up_at
          limit ${RETRY_BATCH}
          for update))`);
      retried += count;
      if (count < RETRY_BATCH) return retried;
    }
  }

  async backlog() {
    const [row] = await inTime(
      this.sql<{ owed: number; oldestSeconds: number; unattemptedSeconds: number; givenUp: number }[]>`
        select (select count(*)::int from users where mail_due_at is not null) as owed,
               (select count(*)::int from users where mail_given_up_at is not null) as "givenUp",
               coalesce((select extract(epoch from now() - min(mail_owed_since))::float8
                         from users where mail_due_at is not null), 0) as "oldestSeconds",
               coalesce((select extract(epoch from now() - min(mail_owed_since))::float8
                         from users where mail_due_at is not null and mail_attempts = 0), 0) as "unattemptedSeconds"`,
    );
    return row ?? { owed: 0, oldestSeconds: 0, unattemptedSeconds: 0, givenUp: 0 };
  }
}
