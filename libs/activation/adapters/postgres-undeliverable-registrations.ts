import { Inject, Injectable } from '@nestjs/common';
import { recordEvent } from '@app/events';
import { Environment, inTime, Sql } from '@app/runtime';
import type { UndeliverableRegistrations } from '../domain/undeliverable-registrations';

const REASON_LENGTH_MAX = 500;

@Injectable()
export class PostgresUndeliverableRegistrations implements UndeliverableRegistrations {
  constructor(
    @Inject(Sql) private readonly sql: Sql,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  async end(mailId: string, reason: string): Promise<boolean> {
    const ended = this.sql`ended`;
    const event = { type: 'user.undeliverable', from: ended, requestId: null } as const;
    const rows = await inTime(
      this.sql<{ id: string }[]>`
        with ended as (
          update users set
            mail_due_at = null, mail_given_up_at = now(), code_expires_at = null,
            mail_last_error = ${reason.slice(0, REASON_LENGTH_MAX)}
          where mail_id = ${mailId} and activated_at is null
            and (mail_due_at is not null or code_expires_at is not null)
          returning id, email, created_at, activated_at),
        told as (${recordEvent(this.sql, this.environment, event)})
        select id from ended`,
    );
    return rows.length === 1;
  }
}
