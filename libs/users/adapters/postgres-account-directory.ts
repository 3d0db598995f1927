import { Inject, Injectable } from '@nestjs/common';
import { accountRow } from '@app/activation';
import { deliveryColumn } from '@app/events';
import {
  inTime,
  OPERATOR_TIMEOUT_MS,
  placeOf,
  Sql,
  timeAndId,
  toPage,
  type Fragment,
  type Page,
  type Placed,
} from '@app/runtime';
import {
  REQUESTS_SEARCHED,
  type AccountDetails,
  type AccountDirectory,
  type AccountEntry,
  type AccountEventEntry,
  type AccountFilter,
  type AddressTraces,
} from '../domain/account-directory';
import type { EmailAddress } from '../domain/email-address';
import type { AuditEntry } from '../domain/operator-trail';
import { UUID } from '../domain/import-line';
import { detailsColumns, entryColumns, matches, toDetails, type DetailsRow } from './account-rows';
import { auditColumns } from './postgres-operator-trail';

const EVENTS_MAX = 100;

const { countKeys } = accountRow;

@Injectable()
export class PostgresAccountDirectory implements AccountDirectory {
  constructor(@Inject(Sql) private readonly sql: Sql) {}

  async findByAddress(address: EmailAddress): Promise<AccountDetails | null> {
    return await this.details(this.sql`email = ${address}`);
  }

  async findByReference(reference: string): Promise<AccountDetails | null> {
    if (UUID.test(reference)) {
      const id = reference.toLowerCase();
      const found =
        (await this.details(this.sql`id = ${id}`)) ?? (await this.details(this.sql`mail_id = ${id}`));
      if (found !== null) return found;
    }
    return (
      (await this.details(this.sql`id in (
        select id from (select id, request_id from users order by created_at desc, id desc limit ${REQUESTS_SEARCHED}) as newest
        where request_id = ${reference})`)) ??
      (await this.details(this.sql`id in (${this.changedBy(reference)})`))
    );
  }

  async findPastId(reference: string): Promise<string | null> {
    const id = UUID.test(reference) ? reference.toLowerCase() : null;
    const [past] = await inTime(this.sql<{ id: string }[]>`
      select account_id as id from events where account_id = ${id}
      union all select account_id from erasures where account_id = ${id}
      union all select account_id from audit where account_id = ${id}
      limit 1`);
    if (past !== undefined) return past.id;
    const [caused] = await inTime(
      this.sql<
        { id: string }[]
      >`select account_id as id from (${this.changedBy(reference)}) as changed limit 1`,
      OPERATOR_TIMEOUT_MS,
    );
    return caused?.id ?? null;
  }

  async list(filter: AccountFilter, limit: number, after?: string): Promise<Page<AccountEntry>> {
    const { sql } = this;
    const rows = await inTime(
      sql<Placed<AccountEntry>[]>`
        select ${entryColumns(sql)}, ${placeOf(sql, sql`created_at`, sql`id`)}
               ${filter.withHashes ? sql`, password_hash as "passwordHash"` : sql``}
        from users
        where ${matches(sql, filter)}
          ${after === undefined ? sql`` : sql`and (created_at, id) < ${timeAndId(sql, after)}`}
        order by created_at desc, id desc
        limit ${limit}`,
      OPERATOR_TIMEOUT_MS,
    );
    return toPage(rows, limit);
  }

  async count(filter: AccountFilter): Promise<number> {
    const [row] = await inTime(
      this.sql<
        [{ count: number }]
      >`select count(*)::int as count from users where ${matches(this.sql, filter)}`,
      OPERATOR_TIMEOUT_MS,
    );
    return row.count;
  }

  async traces(
    address: EmailAddress | null,
    digests: readonly string[],
    accountId: string | null,
  ): Promise<AddressTraces> {
    const known = digests.length === 0 ? this.sql`false` : this.sql`digest in ${this.sql(digests)}`;
    const keys = countKeys(this.sql, address);
    const [[wrongTries = null], [mails], erasures, audit, events] = await Promise.all([
      inTime(this.sql<{ tries: number; since: Date }[]>`
        select count(*)::int as tries, min(at) as since from address_days, unnest(wrong_tries) as at
        where digest in (${keys}) and at > now() - interval '1 day'
        having count(*) > 0`),
      inTime(this.sql<[{ count: number }]>`
        select count(*)::int as count from address_days, unnest(mails) as at
        where digest in (${keys}) and at > now() - interval '1 day'`),
      inTime(this.sql<{ accountId: string; erasedAt: Date }[]>`
        select account_id as "accountId", erased_at as "erasedAt" from erasures
        where ${known} or account_id = ${accountId} order by erased_at`),
      inTime(this.sql<AuditEntry[]>`
        select ${auditColumns(this.sql)} from audit
        where ${known} or account_id = ${accountId} order by audit.id`),
      this.events(address, accountId),
    ]);
    return { wrongTries, mailsOfDay: mails.count, erasures, audit, events };
  }

  private async events(address: EmailAddress | null, accountId: string | null): Promise<AccountEventEntry[]> {
    return await inTime(this.sql<AccountEventEntry[]>`
      select id, type, occurred_at as "occurredAt", request_id as "requestId", attempts, last_error as "lastError",
             ${deliveryColumn(this.sql)}
      from events
      where id = any(array(
        select id from events where account_id = ${accountId}
        union select id from events where data ? 'email' and data ->> 'email' = ${address}))
      order by ordinal
      limit ${EVENTS_MAX}`);
  }

  private async details(where: Fragment): Promise<AccountDetails | null> {
    const [row] = await inTime(
      this.sql<DetailsRow[]>`
        select ${detailsColumns(this.sql)}
        from users where ${where}
        order by created_at desc
        limit 1`,
      OPERATOR_TIMEOUT_MS,
    );
    return row === undefined ? null : toDetails(row);
  }

  /** The accounts that a request changed, in the newest events. Their ids are ordered by time. */
  private changedBy(requestId: string): Fragment {
    return this.sql`
      select account_id from (
        select account_id, request_id from events order by id desc limit ${REQUESTS_SEARCHED}) as newest
      where request_id = ${requestId}`;
  }
}
