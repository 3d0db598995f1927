import { Inject, Injectable } from '@nestjs/common';
import {
  inTime,
  OPERATOR_TIMEOUT_MS,
  Sql,
  toPage,
  type Fragment,
  type Page,
  type Placed,
} from '@app/runtime';
import type {
  EventAdministration,
  EventEntry,
  EventFilter,
  OnProgress,
} from '../domain/event-administration';
import { deliveryColumn } from '../row/delivery-column';

/** Maximum number of rows that one statement changes: each has a deadline, and a replay may concern millions. */
const BATCH = 5_000;
const LARGEST = '9223372036854775807';

@Injectable()
export class PostgresEventAdministration implements EventAdministration {
  constructor(@Inject(Sql) private readonly sql: Sql) {}

  /**
   * First the events without a position, then the others by position; each part has its index. The place of an event is
   * `u` and its ordinal, or `p` and its position.
   */
  async list(filter: EventFilter, limit: number, after = `u${LARGEST}`): Promise<Page<EventEntry>> {
    const { sql } = this;
    const [part, place] = [after.slice(0, 1), after.slice(1)];
    const unplaced =
      part === 'u'
        ? await this.listPart(filter, sql`position is null and ordinal < ${place}::bigint`, limit)
        : [];
    const from = part === 'u' ? LARGEST : place;
    const placed =
      unplaced.length < limit
        ? await this.listPart(filter, sql`position < ${from}::bigint`, limit - unplaced.length)
        : [];
    return toPage([...unplaced, ...placed], limit);
  }

  async retry(onProgress?: OnProgress): Promise<number> {
    await inTime(this.sql`delete from webhook_pauses`);
    const waiting = this.sql`given_up_at is not null or (due_at > now() and leased_by is null)`;
    return await this.oweAgain(waiting, onProgress);
  }

  async countReplay(seconds: number): Promise<number> {
    const [events] = await inTime(
      this.sql<[{ count: number }]>`
        select count(*)::int as count from events where ${this.placedWithin(seconds)}`,
      OPERATOR_TIMEOUT_MS,
    );
    return events.count;
  }

  async replay(seconds: number, onProgress?: OnProgress): Promise<number> {
    return await this.oweAgain(this.placedWithin(seconds), onProgress);
  }

  private async listPart(
    { since, type }: EventFilter,
    where: Fragment,
    limit: number,
  ): Promise<Placed<EventEntry>[]> {
    const { sql } = this;
    return await inTime(
      sql<Placed<EventEntry>[]>`
        select coalesce('p' || position, 'u' || ordinal) as place, id, type, account_id as "accountId",
               occurred_at as "occurredAt", data,
               ${deliveryColumn(sql)}, attempts, due_at as "nextTryAt", last_error as "lastError"
        from events
        where ${where}
          ${since === undefined ? sql`` : sql`and ${this.notOlderThan(sql`${since}::timestamptz`)}`}
          ${type === undefined ? sql`` : sql`and type = ${type}`}
        order by position desc, ordinal desc
        limit ${limit}`,
      OPERATOR_TIMEOUT_MS,
    );
  }

  /**
   * Makes events due now as if they had never been tried, in the order of positions. Each batch begins after the previous
   * one: what a worker has delivered meanwhile would match the condition again, and be sent again and again.
   */
  private async oweAgain(which: Fragment, onProgress?: OnProgress): Promise<number> {
    // `+ 0`: the index of positions would be read from its start, past all older events.
    const [first] = await inTime(
      this.sql<[{ before: string | null }]>`
        select (min(position + 0) - 1)::text as before from events where ${which}`,
      OPERATOR_TIMEOUT_MS,
    );
    if (first.before === null) return 0;
    let after = first.before;
    for (let changed = 0; ;) {
      const [batch] = await inTime(this.sql<[{ count: number; last: string | null }]>`
        with owed as (
          update events set due_at = now(), given_up_at = null, attempts = 0, first_tried_at = null
          where id = any(array(
            select id from events where (${which}) and position > ${after}::bigint
            order by position limit ${BATCH} for update))
          returning position
        ) select count(*)::int as count, max(position)::text as last from owed`);
      changed += batch.count;
      onProgress?.(changed);
      if (batch.last === null || batch.count < BATCH) return changed;
      after = batch.last;
    }
  }

  /** The event has a position, is not waiting, and is at most that old. */
  private placedWithin(seconds: number): Fragment {
    const since = this.sql`(now() - make_interval(secs => ${seconds}))`;
    return this.sql`position is not null and due_at is null and ${this.notOlderThan(since)}`;
  }

  /**
   * The event happened at or after this time. The id begins with the time in milliseconds (UUID version 7), so its index
   * finds the first event; a minute of tolerance covers a clock that was set back.
   */
  private notOlderThan(moment: Fragment): Fragment {
    return this.sql`
      occurred_at >= ${moment} and id >= (lpad(to_hex(
        greatest(0, (extract(epoch from ${moment}) - 60) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid`;
  }
}
