import { Inject, Injectable } from '@nestjs/common';
import { recordEvent } from '@app/events';
import { Environment, inBatches, inTime, shortReason, Sql } from '@app/runtime';
import type { Backlog, OwedMail, OwedMailAdministration } from '../domain/owed-mail-administration';

@Injectable()
export class PostgresOwedMailAdministration implements OwedMailAdministration {
  constructor(
    @Inject(Sql) private readonly sql: Sql,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  async list(limit: number): Promise<OwedMail[]> {
    return await inTime(
      this.sql<OwedMail[]>`
        select mail_id as id, email, mail_owed_since as "owedSince",
               case when mail_due_at is not null then 'owed' when mail_given_up_at is not null then 'given_up'
                    else 'withheld' end as state,
               mail_due_at as "dueAt", mail_attempts as attempts, mail_last_error as "lastError"
        from users
        where mail_due_at is not null or mail_given_up_at is not null or mail_withheld_at is not null
        order by mail_owed_since
        limit ${limit}`,
    );
  }

  async retryGivenUp(): Promise<number> {
    return await inBatches(
      (limit) => this.sql`
        update users set mail_due_at = now(), mail_given_up_at = null, mail_attempts = 0
        where ctid = any(array(
          select ctid from users where mail_given_up_at is not null
          order by mail_given_up_at
          limit ${limit}
          for update))`,
    );
  }

  async retryPostponed(): Promise<number> {
    return await inBatches(
      (limit) => this.sql`
        update users set mail_due_at = now()
        where ctid = any(array(
          select ctid from users where mail_due_at > now() and mail_leased_by is null
          order by mail_due_at
          limit ${limit}
          for update skip locked))`,
    );
  }

  async endUndeliverable(mailId: string, reason: string): Promise<boolean> {
    const event = { type: 'user.undeliverable', from: 'ended', request: { id: null } } as const;
    const rows = await inTime(
      this.sql<{ id: string }[]>`
        with ended as (
          update users set
            mail_due_at = null, mail_given_up_at = now(), code_expires_at = null,
            mail_last_error = ${shortReason(reason)}
          where mail_id = ${mailId} and activated_at is null
            and (mail_due_at is not null or code_expires_at is not null)
          returning id, email, created_at, activated_at),
        told as (${recordEvent(this.sql, this.environment, event)})
        select id from ended`,
    );
    return rows.length === 1;
  }

  async backlog(): Promise<Backlog> {
    const [backlog] = await inTime(
      this.sql<[Backlog]>`
        select (select count(*)::int from users where mail_due_at is not null) as owed,
               (select count(*)::int from users where mail_given_up_at is not null) as "givenUp",
               (select count(*)::int from users where mail_withheld_at > now() - interval '1 day') as withheld,
               coalesce((select extract(epoch from now() - min(mail_owed_since))::float8
                         from users where mail_due_at is not null), 0) as "oldestSeconds",
               coalesce((select extract(epoch from now() - min(mail_owed_since))::float8
                         from users where mail_due_at is not null and mail_attempts = 0), 0) as "unattemptedSeconds"`,
    );
    return backlog;
  }
}
