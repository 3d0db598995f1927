import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Environment, inTime, Sql, uuids } from '@app/runtime';
import type {
  ClaimedEvent,
  Deliveries,
  EventBacklog,
  EventEntries,
  EventEntry,
  EventFilter,
} from '../domain/deliveries';
import type { EventData, EventType } from '../domain/event';

const REASON_LENGTH_MAX = 500;
/** Rows a statement changes: each has a deadline, and there may be many after a long outage. */
const BATCH = 5_000;
const LARGEST_ORDINAL = '9223372036854775807';

/** Names a receiver in `webhook_pauses`: its URL may hold a secret. */
export const digestOfUrl = (url: string): Buffer => createHash('sha256').update(url).digest();

interface ClaimedRow {
  readonly id: string;
  readonly type: EventType;
  readonly occurred_at: Date;
  readonly data: EventData;
  readonly attempts: number;
  readonly tried_for: number;
}

@Injectable()
export class PostgresDeliveries implements Deliveries {
  private readonly urlDigest: Buffer;

  constructor(
    @Inject(Sql) private readonly sql: Sql,
    @Inject(Environment) { WEBHOOK_URL }: Environment,
  ) {
    this.urlDigest = digestOfUrl(WEBHOOK_URL);
  }

  async claimDue(limit: number, workerId: string, leaseSeconds: number): Promise<ClaimedEvent[]> {
    const rows = await inTime(
      this.sql<ClaimedRow[]>`
        update events set
          due_at = now() + make_interval(secs => ${leaseSeconds}), leased_by = ${workerId},
          attempts = attempts + 1, first_tried_at = coalesce(first_tried_at, now())
        where id = any(array(
          select id from events as due
          where due_at <= now()
            and not exists (select from webhook_pauses where url_digest = ${this.urlDigest})
            and not exists (select from events as earlier where earlier.account_id = due.account_id
                            and earlier.due_at is not null and earlier.position < due.position)
          order by due_at, position
          limit ${limit}
          for update skip locked))
        returning id, type, occurred_at, data, attempts,
                  extract(epoch from now() - first_tried_at)::float8 as tried_for`,
    );
    return rows.map((row) => ({
      id: row.id,
      type: row.type,
      occurredAt: row.occurred_at,
      data: row.data,
      attempt: row.attempts,
      triedForSeconds: row.tried_for,
    }));
  }

  async release(workerId: string, except: readonly string[] = []): Promise<void> {
    await inTime(this.sql`
      update events set due_at = now(), leased_by = null
      where due_at > now() and leased_by = ${workerId} and id <> all(${uuids(this.sql, except)})`);
  }

  async markDelivered(ids: readonly string[]): Promise<void> {
    await inTime(this.sql`
      update events set due_at = null, leased_by = null, delivered_at = now(), given_up_at = null, last_error = null
      where id = any(${uuids(this.sql, ids)})`);
  }

  async postpone(id: string, delaySeconds: number, reason: string): Promise<void> {
    await inTime(this.sql`
      update events set due_at = now() + make_interval(secs => ${delaySeconds}), leased_by = null,
        last_error = ${reason.slice(0, REASON_LENGTH_MAX)}
      where id = ${id} and due_at is not null`);
  }

  async giveUp(id: string, reason: string): Promise<void> {
    await inTime(this.sql`
      update events set due_at = null, leased_by = null, given_up_at = now(),
        last_error = ${reason.slice(0, REASON_LENGTH_MAX)}
      where id = ${id} and due_at is not null`);
  }

  async pause(id: string, reason: string): Promise<void> {
    await inTime(this.sql`
      with paused as (
        insert into webhook_pauses (url_digest, reason) values (${this.urlDigest}, ${reason})
        on conflict do nothing)
      update events set due_at = now(), leased_by = null, last_error = ${reason}
      where id = ${id} and due_at is not null`);
  }

  async retry(): Promise<number> {
    await inTime(this.sql`delete from webhook_pauses`);
    return await this.oweInBatches(
      this.sql`given_up_at is not null or (due_at > now() and leased_by is null)`,
    );
  }

  async replay(seconds: number): Promise<number> {
    const since = this.sql`now() - make_interval(secs => ${seconds})`;
    return await this.oweInBatches(this.sql`
      position is not null and due_at is null and occurred_at >= ${since}`);
  }

  async backlog(): Promise<EventBacklog> {
    const [row] = await inTime(this.sql<EventBacklog[]>`
      select (select count(*)::int from events where due_at is not null or position is null) as waiting,
             (select count(*)::int from events where given_up_at is not null) as "givenUp",
             coalesce((select extract(epoch from clock_timestamp() - min(occurred_at))::float8 from events
                       where due_at is not null or position is null), 0) as "oldestSeconds",
             exists (select from webhook_pauses where url_digest = ${this.urlDigest}) as paused`);
    return row ?? { waiting: 0, oldestSeconds: 0, givenUp: 0, paused: false };
  }

  async list({ since, type }: EventFilter, limit: number, after?: string): Promise<EventEntries> {
    const rows = await inTime(
      this.sql<(EventEntry & { readonly ordinal: string })[]>`
        select ordinal::text as ordinal, id, type, account_id as "accountId", occurred_at as "occurredAt", data,
               case when position is null then 'unplaced' when due_at is not null then 'waiting'
                    when given_up_at is not null then 'given_up' when delivered_at is not null then 'delivered'
                    else 'kept' end as delivery,
               attempts, due_at as "nextTryAt", last_error as "lastError"
        from events
        where ordinal < ${after ?? LARGEST_ORDINAL}::bigint
          and occurred_at >= ${since ?? new Date(0)}
          and (${type ?? null}::text is null or type = ${type ?? null})
        order by ordinal desc
        limit ${limit}`,
    );
    const last = rows.at(-1)?.ordinal ?? null;
    return {
      entries: rows.map(({ ordinal: _, ...entry }) => entry),
      next: rows.length < limit ? null : last,
    };
  }

  private async oweInBatches(which: ReturnType<Sql>): Promise<number> {
    for (let owed = 0; ;) {
      const { count } = await inTime(this.sql`
        update events set due_at = now(), given_up_at = null, attempts = 0, first_tried_at = null
        where id = any(array(
          select id from events where ${which} order by position limit ${BATCH} for update))`);
      owed += count;
      if (count < BATCH) return owed;
    }
  }
}
