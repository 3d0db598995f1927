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
} from '../domain/event-log';

/** An arbitrary constant that identifies the sequencer's lock among the database's advisory locks. */
const SEQUENCER_LOCK = 7_242_021;
/** Time limit for a batch, in milliseconds. */
const SEQUENCE_TIMEOUT_MS = 5_000;

interface EventRow {
  readonly id: string;
  readonly type: EventType;
  readonly occurred_at: Date;
  readonly data: EventData;
  readonly position: string;
}

/** Queries of several statements cannot have parameters; a number and a boolean are safe to inline. */
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
   * One query with two statements, which form one transaction. The first statement takes the lock, so the second one
   * sees everything that the previous sequencer committed. Both end with the transaction, so it also works behind a
   * pooler. It does not use `sql.begin`: its ROLLBACK on a lost connection ends the process
   * (https://github.com/porsager/postgres/issues/1208).
   */
  async sequence(limit: number, owed: boolean): Promise<number> {
    // Usually there is nothing to do, so one cheap query precedes the transaction.
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

  /** One statement, so that the kept events and the end of the deleted ones are read at the same moment. */
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
