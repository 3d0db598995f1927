import { Inject, Injectable } from '@nestjs/common';
import {
  inTime,
  OPERATOR_TIMEOUT_MS,
  placeOf,
  Sql,
  timeAndId,
  toPage,
  type Page,
  type Placed,
} from '@app/runtime';
import type { AuditEntry, AuditFilter, Erasure, OperatorTrail } from '../domain/operator-trail';

/** Columns of an `AuditEntry`. */
export const auditColumns = (sql: Sql) => sql`
  id::text, at, os_user as "osUser", host, action, account_id as "accountId", digest, accounts, reason`;

@Injectable()
export class PostgresOperatorTrail implements OperatorTrail {
  constructor(@Inject(Sql) private readonly sql: Sql) {}

  async erasures(limit: number, after?: string): Promise<Page<Erasure>> {
    const { sql } = this;
    const rows = await inTime(
      sql<Placed<Erasure>[]>`
        select account_id as "accountId", digest, erased_at as "erasedAt",
               ${placeOf(sql, sql`erased_at`, sql`account_id`)}
        from erasures
        ${after === undefined ? sql`` : sql`where (erased_at, account_id) > ${timeAndId(sql, after)}`}
        order by erased_at, account_id
        limit ${limit}`,
      OPERATOR_TIMEOUT_MS,
    );
    return toPage(rows, limit);
  }

  async audit(filter: AuditFilter, limit: number, after?: string): Promise<Page<AuditEntry>> {
    const rows = await inTime(
      this.sql<Placed<AuditEntry>[]>`
        select ${auditColumns(this.sql)}, id::text as place from audit
        where true
          ${filter.action === undefined ? this.sql`` : this.sql`and action = ${filter.action}`}
          ${filter.since === undefined ? this.sql`` : this.sql`and at >= ${filter.since}`}
          ${filter.until === undefined ? this.sql`` : this.sql`and at < ${filter.until}`}
          ${after === undefined ? this.sql`` : this.sql`and id < ${after}::bigint`}
        order by audit.id desc
        limit ${limit}`,
      OPERATOR_TIMEOUT_MS,
    );
    return toPage(rows, limit);
  }
}
