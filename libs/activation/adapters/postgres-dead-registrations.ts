import { Inject, Injectable } from '@nestjs/common';
import { inTime, Sql } from '@app/runtime';
import type { DeadRegistrations } from '../domain/purge';

@Injectable()
export class PostgresDeadRegistrations implements DeadRegistrations {
  constructor(@Inject(Sql) private readonly sql: Sql) {}

  async purge(olderThanSeconds: number, limit: number): Promise<number> {
    const result = await inTime(this.sql`
      delete from users where ctid = any(array(
        select ctid from users
        where ${this.dead(olderThanSeconds)}
        order by created_at
        limit ${limit}
        for update skip locked))`);
    return result.count;
  }

  async forgetWrongTries(limit: number): Promise<number> {
    const result = await inTime(this.sql`
      delete from wrong_tries where ctid = any(array(
        select ctid from wrong_tries where since < now() - interval '1 day'
        limit ${limit}
        for update skip locked))`);
    return result.count;
  }

  async count(olderThanSeconds: number): Promise<number> {
    const [row] = await inTime(
      this.sql<
        { count: number }[]
      >`select count(*)::int as count from users where ${this.dead(olderThanSeconds)}`,
    );
    return row?.count ?? 0;
  }

  /** A mail that is still owed keeps its registration; one that was given up does not. */
  private dead(olderThanSeconds: number) {
    return this.sql`
      activated_at is null and mail_due_at is null
      and created_at < now() - make_interval(secs => ${olderThanSeconds})
      and coalesce(code_expires_at, mail_given_up_at) < now() - make_interval(secs => ${olderThanSeconds})`;
  }
}
