import { Inject, Injectable } from '@nestjs/common';
import { inTime, OPERATOR_TIMEOUT_MS, Sql } from '@app/runtime';
import { diedBefore, hasExpiredUnused } from '../row/account-row';
import type { Batch, ExpiredRegistrations, PurgeBatch, PurgedBatch } from '../domain/purge';

/** An arbitrary constant that identifies the lock of scheduled purges among the database's advisory locks. */
const PURGE_LOCK = 7_242_019;

/**
 * Each batch starts where the previous one ended. The index keeps deleted entries until VACUUM runs; a batch that
 * started from the beginning would read all of them again, and the purge would take quadratic time.
 */
@Injectable()
export class PostgresExpiredRegistrations implements ExpiredRegistrations {
  constructor(@Inject(Sql) private readonly sql: Sql) {}

  async purge({ olderThanSeconds, limit, after, alone = false }: PurgeBatch): Promise<PurgedBatch> {
    // The lock ends with the statement, which is a transaction, so it also works behind a pooler.
    const turn = alone ? this.sql`(select pg_try_advisory_xact_lock(${PURGE_LOCK})) and` : this.sql``;
    const [batch] = await inTime(this.sql<[PurgedBatch]>`
      with gone as (
        delete from users where ctid = any(array(
          select ctid from users
          where ${turn} ${this.dead(olderThanSeconds)} and created_at >= ${this.moment(after)}
          order by created_at
          limit ${limit}
          for update skip locked))
        returning created_at as moment
      ) ${this.summary()}`);
    return batch;
  }

  async forgetAddressDays({ limit, after }: Batch): Promise<PurgedBatch> {
    const [batch] = await inTime(this.sql<[PurgedBatch]>`
      with gone as (
        delete from address_days where ctid = any(array(
          select ctid from address_days
          where changed_at < now() - interval '1 day' and changed_at >= ${this.moment(after)}
          order by changed_at
          limit ${limit}
          for update skip locked))
        returning changed_at as moment
      ) ${this.summary()}`);
    return batch;
  }

  async count(olderThanSeconds: number): Promise<number> {
    const [row] = await inTime(
      this.sql<
        [{ count: number }]
      >`select count(*)::int as count from users where ${this.dead(olderThanSeconds)}`,
      OPERATOR_TIMEOUT_MS,
    );
    return row.count;
  }

  async expiredUnused(): Promise<number> {
    const [row] = await inTime(
      this.sql<
        [{ count: number }]
      >`select count(*)::int as count from users where ${hasExpiredUnused(this.sql)}`,
    );
    return row.count;
  }

  private dead(olderThanSeconds: number) {
    return diedBefore(this.sql, this.sql`now() - make_interval(secs => ${olderThanSeconds})`);
  }

  private moment(micros = '0') {
    return this.sql`'epoch'::timestamptz + ${micros}::bigint * interval '1 microsecond'`;
  }

  private summary() {
    return this.sql`
      select count(*)::int as deleted, (extract(epoch from max(moment)) * 1000000)::bigint::text as place from gone`;
  }
}
