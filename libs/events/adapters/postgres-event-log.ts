import { Inject, Injectable } from '@nestjs/common';
import type { RowList } from 'postgres';
import { DATABASE_TIMEOUT_MS, inTime, Sql } from '@app/runtime';
import type { AccountEvent, EventData, EventType } from '../domain/event';
import {
  EVENTS_CHANNEL,
  EventsError,
  type EventFeed,
  type EventPage,
  type EventSequencer,
} from '../domain/event-feed';

/** An arbitrary constant that names the turn of the sequencer among all advisory locks of the database. */
const SEQUENCER_LOCK = 7_242_021;
/** Longest wait for a batch, in milliseconds. */
const SEQUENCE_TIMEOUT_MS = 5_000;

interface EventRow {
  readonly id: string;
  readonly type: EventType;
  readonly occurred_at: Date;
  readonly data: EventData;
  readonly position: string;
}

/** Several statements in one question take no parameters; a number and a boolean cannot be anything else. */
const sequenceStatements = (limit: number, owed: boolean): string => `
  select set_config('user_registration.turn', pg_try_advisory_xact_lock(${SEQUENCER_LOCK})::text, true);
  with fresh as materialized (
    select id, row_number() over (order by ordinal) as place
    from (
      select id, ordinal from events
      where position is null and current_setting('user_registration.turn') = 'true'
      order by ordinal limit ${Math.trunc(limit)}
    ) as oldest
  ), log as (
    update event_log set last_position = last_position + (select count(*) from fresh)
    where exists (select from fresh)
    returning last_position - (select count(*) from fresh) as base
  ), placed as (
    update events set position = log.base + fresh.place, due_at = case when ${owed ? 'true' : 'false'} then now() end
    from fresh, log where events.id = fresh.id
    returning 1
  )
  select count(*)::int as count, case when count(*) > 0 then pg_notify('${EVENTS_CHANNEL}', '') end from placed`;

@Injectable()
export class PostgresEventLog implements EventFeed, EventSequencer {
  constructor(@Inject(Sql) private readonly sql: Sql) {}

  /**
   * One question of two statements, which are one transaction. The lock is taken by the first one: the second then sees
   * everything that the sequencer before has committed. Both end with the transaction, so that a pooler between us and
   * PostgreSQL does not matter. It is not `sql.begin`, whose ROLLBACK on a connection that was lost ends the process
   * (https://github.com/porsager/postgres/issues/1208).
   */
  async sequence(limit: number, owed: boolean): Promise<number> {
    // Mostly there is nothing: one question instead of a transaction.
    const [waiting] = await inTime(this.sql`select from events where position is null limit 1`);
    if (waiting === undefined) return 0;
    const placing = this.sql.unsafe<RowList<{ count: number }[]>[]>(sequenceStatements(limit, owed));
    const [, placed] = await inTime(placing, SEQUENCE_TIMEOUT_MS);
    return placed?.[0]?.count ?? 0;
  }

  async lastPosition(): Promise<bigint> {
    const [row] = await inTime(
      this.sql<{ last: string }[]>`select last_position::text as last from event_log`,
    );
    return BigInt(row?.last ?? '0');
  }

  /** One statement, so that what was forgotten and what is there are read at one moment. */
  async page(after: bigint | null, limit: number): Promise<EventPage> {
    const [found] = await inTime(
      this.sql<
        { last: string; forgotten: string; events: (Omit<EventRow, 'occurred_at'> & { at: string })[] }[]
      >`
        select last_position::text as last, forgotten_position::text as forgotten, coalesce((
          select jsonb_agg(jsonb_build_object(
            'id', id, 'type', type, 'at', occurred_at, 'data', data, 'position', position::text) order by position)
          from (select * from events where position > ${String(after ?? 0n)}::bigint
                order by position limit ${limit}) as page), '[]'::jsonb) as events
        from event_log`,
      DATABASE_TIMEOUT_MS,
    );
    const last = BigInt(found?.last ?? '0');
    if (after !== null && after < BigInt(found?.forgotten ?? '0')) throw new EventsError('events.forgotten');
    if (after !== null && after > last) throw new EventsError('events.cursor_unknown');
    const rows = found?.events ?? [];
    const events: AccountEvent[] = rows.map((row) => ({
      id: row.id,
      type: row.type,
      occurredAt: new Date(row.at),
      data: row.data,
    }));
    const next = BigInt(rows.at(-1)?.position ?? after ?? found?.forgotten ?? '0');
    return { events, next, upToDate: rows.length < limit || next === last };
  }
}
