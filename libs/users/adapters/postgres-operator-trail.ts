import { Inject, Injectable } from '@nestjs/common';
import { inTime, Sql } from '@app/runtime';
import type { AuditEntry, AuditFilter, Erasure, OperatorTrail, Page } from '../domain/operator-trail';
import { micros, moment, place, toPage } from './paging';

/** An operator waits longer than a client: a query without an index reads ten million rows within this time. */
export const PATIENCE_MS = 60_000;
const NIL = '00000000-0000-0000-0000-000000000000';

export interface AuditRow {
  readonly id: string;
  readonly at: Date;
  readonly os_user: string;
  readonly host: string;
  readonly action: string;
  readonly account_id: string | null;
  readonly digest: string | null;
  readonly accounts: number;
  readonly reason: string;
}

@Injectable()
export class PostgresOperatorTrail implements OperatorTrail {
  constructor(@Inject(Sql) private readonly sql: Sql) {}

  async erasures(limit: number, after?: string): Promise<Page<Erasure>> {
    const [then, id] = place(after);
    const rows = await inTime(
      this.sql<(Erasure & { micros: string })[]>`
        select account_id as "accountId", digest, erased_at as "erasedAt",
               ${micros(this.sql, this.sql`erased_at`)} as micros
        from erasures
        where (erased_at, account_id) > (${moment(this.sql, then ?? '0')}, ${id ?? NIL}::uuid)
        order by erased_at, account_id
        limit ${limit}`,
      PATIENCE_MS,
    );
    const entries = rows.map(({ accountId, digest, erasedAt }) => ({ accountId, digest, erasedAt }));
    return toPage(entries, limit, rows.at(-1), (row) => `${row.micros}_${row.accountId}`);
  }

  async audit(filter: AuditFilter, limit: number, after?: string): Promise<Page<AuditEntry>> {
    const rows = await inTime(
      this.sql<AuditRow[]>`
        select id::text, at, os_user, host, action, account_id, digest, accounts, reason from audit
        where true
          ${filter.action === undefined ? this.sql`` : this.sql`and action = ${filter.action}`}
          ${filter.since === undefined ? this.sql`` : this.sql`and at >= ${filter.since}`}
          ${filter.until === undefined ? this.sql`` : this.sql`and at < ${filter.until}`}
          ${after === undefined ? this.sql`` : this.sql`and id < ${after}::bigint`}
        order by audit.id desc
        limit ${limit}`,
      PATIENCE_MS,
    );
    return toPage(rows.map(toAudit), limit, rows.at(-1), (row) => row.id);
  }
}

export const toAudit = (row: AuditRow): AuditEntry => ({
  id: row.id,
  at: row.at,
  osUser: row.os_user,
  host: row.host,
  action: row.action,
  accountId: row.account_id,
  digest: row.digest,
  accounts: row.accounts,
  reason: row.reason,
});
