import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Environment, inBatches, inTime, shortReason, Sql, uuids } from '@app/runtime';
import {
  POSTPONED_SECONDS_MAX,
  type ClaimedEvent,
  type Deliveries,
  type EventBacklog,
} from '../domain/deliveries';

/** Identifies a receiver in `webhook_pauses`: its URL may contain a secret. */
export const digestOfUrl = (url: string): Buffer => createHash('sha256').update(url).digest();

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
    return await inTime(
      this.sql<ClaimedEvent[]>`
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
        returning id, type, occurred_at as "occurredAt", data, attempts as attempt,
                  extract(epoch from now() - first_tried_at)::float8 as "triedForSeconds"`,
    );
  }

  async release(workerId: string, except: readonly string[] = []): Promise<void> {
    await inTime(this.sql`
      update events set due_at = now(), leased_by = null
      where due_at > now() and leased_by = ${workerId} and id <> all(${uuids(this.sql, except)})`);
  }

  async bringForward(): Promise<number> {
    return await inBatches(
      (limit) => this.sql`
        update events set due_at = now()
        where id = any(array(
          select id from events
          where due_at > now() and leased_by is null
            and (attempts = 0 or due_at > now() + make_interval(secs => ${POSTPONED_SECONDS_MAX}))
          limit ${limit}
          for update skip locked))`,
    );
  }

  async markDelivered(ids: readonly string[]): Promise<void> {
    await inTime(this.sql`
      with works as (delete from webhook_outages where url_digest = ${this.urlDigest})
      update events set due_at = null, leased_by = null, delivered_at = now(), given_up_at = null, last_error = null
      where id = any(${uuids(this.sql, ids)})`);
  }

  async postpone(id: string, delaySeconds: number, reason: string): Promise<void> {
    await inTime(this.sql`
      with fails as (insert into webhook_outages (url_digest) values (${this.urlDigest}) on conflict do nothing)
      update events set due_at = now() + make_interval(secs => ${delaySeconds}), leased_by = null,
        last_error = ${shortReason(reason)}
      where id = ${id} and due_at is not null`);
  }

  async giveUp(id: string, reason: string): Promise<void> {
    await inTime(this.sql`
      update events set due_at = null, leased_by = null, given_up_at = now(),
        last_error = ${shortReason(reason)}
      where id = ${id} and due_at is not null`);
  }

  async giveUpUnaccepted(seconds: number): Promise<number> {
    const longAgo = this.sql`now() - make_interval(secs => ${seconds})`;
    return await inBatches(
      (limit) => this.sql`
        update events set due_at = null, leased_by = null, given_up_at = now(),
          last_error = coalesce(last_error, 'the receiver takes nothing')
        where id = any(array(
          select id from events
          -- What was never tried has been due since it was owed.
          where due_at is not null and coalesce(first_tried_at, due_at) < ${longAgo}
            and exists (select from webhook_outages where url_digest = ${this.urlDigest} and since < ${longAgo})
          order by due_at
          limit ${limit}
          for update skip locked))`,
    );
  }

  async pause(id: string, reason: string): Promise<void> {
    await inTime(this.sql`
      with paused as (
        insert into webhook_pauses (url_digest, reason) values (${this.urlDigest}, ${reason})
        on conflict do nothing)
      update events set due_at = now(), leased_by = null, last_error = ${reason}
      where id = ${id} and due_at is not null`);
  }

  async backlog(): Promise<EventBacklog> {
    const [backlog] = await inTime(this.sql<[EventBacklog]>`
      select (select count(*)::int from events where due_at is not null or position is null) as waiting,
             (select count(*)::int from events where given_up_at is not null) as "givenUp",
             coalesce((select extract(epoch from clock_timestamp() - min(occurred_at))::float8 from events
                       where due_at is not null or position is null), 0) as "oldestSeconds",
             exists (select from webhook_pauses where url_digest = ${this.urlDigest}) as paused,
             (select extract(epoch from clock_timestamp() - since)::float8 from webhook_outages
              where url_digest = ${this.urlDigest}) as "outageSeconds"`);
    return backlog;
  }
}
