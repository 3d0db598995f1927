import { Inject, Injectable } from '@nestjs/common';
import { inTime, Sql } from '@app/runtime';
import type { AuditEntry, AuditFilter, Erasure, OperatorTrail, Page } from '../domain/operator-trail';
import { placeOf, timeAndId, toPage } from './paging';

/** An operator waits longer than a client: a query without an index reads ten million rows within this time. */
export const PATIENCE_MS = 60_000;

/** Columns of an `AuditEntry`. */
export const auditColumns = (sql: Sql) => sql`
  id::text, at, os_user as "osUser", host, action, account_id as "accountId", digest, accounts, reason`;

@Injectable()
export class PostgresOperatorTrail implements OperatorTrail {
  constructor(@Inject(Sql) private readonly sql: Sql) {}

  async erasures(limit: number, after?: string): Promise<Page<Erasure>> {
    const { sql } = this;
    const rows = await inTime(
      sql<(Erasure & { place: string })[]>`
        select account_id as "accountId", digest, erased_at as "erasedAt",
               ${placeOf(sql, sql`erased_at`, sql`account_id`)}
        from erasures
        ${after === undefined ? sql`` : sql`where (erased_at, account_id) > ${timeAndId(sql, after)}`}
        order by erased_at, account_id
        limit ${limit}`,
      PATIENCE_MS,
    );
    return toPage(rows, limit);
  }

  async audit(filter: AuditFilter, limit: number, after?: string): Promise<Page<AuditEntry>> {
    const rows = await inTime(
      this.sql<(AuditEntry & { place: string })[]>`
        select ${auditColumns(this.sql)}, id::text as place from audit
        where true
          ${filter.action === undefined ? this.sql`` : this.sql`and action = ${filter.action}`}
          ${filter.since === undefined ? this.sql`` : this.sql`and at >= ${filter.since}`}
          ${filter.until === undefined ? this.sql`` : this.sql`and at < ${filter.until}`}
          ${after === undefined ? this.sql`` : this.sql`and id < ${after}::bigint`}
        order by audit.id desc
        limit ${limit}`,
      PATIENCE_MS,
    );
    return toPage(rows, limit);
  }
}
