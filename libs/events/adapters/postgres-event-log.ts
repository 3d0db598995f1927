import { Inject, Injectable } from '@nestjs/common';
import type { RowList } from 'postgres';
import { Environment, inTime, Sql } from '@app/runtime';
import type { AccountEvent } from '../domain/event';
import {
  EVENTS_CHANNEL,
  EventsError,
  type EventLog,
  type EventPage,
  type ForgottenBatch,
} from '../domain/event-log';
import { digestOfUrl } from './postgres-deliveries';

/** An arbitrary constant that identifies the sequencer's lock among the database's advisory locks. */
const SEQUENCER_LOCK = 7_242_021;
/** Time limit for a batch, in milliseconds. */
const SEQUENCE_TIMEOUT_MS = 5_000;

/** An event in JSON. */
interface LoggedEvent extends Omit<AccountEvent, 'occurredAt'> {
  readonly occurredAt: string;
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
export class PostgresEventLog implements EventLog {
  constructor(
    @Inject(Sql) private readonly sql: Sql,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

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
    const placing = this.sql.unsafe<[RowList<[]>, RowList<[{ count: number }]>]>(
      sequenceStatements(limit, owed),
    );
    const [, [placed]] = await inTime(placing, SEQUENCE_TIMEOUT_MS);
    return placed.count;
  }

  /** One statement, so that the kept events and the end of the deleted ones are read at the same moment. */
  async page(after: bigint | null, limit: number): Promise<EventPage> {
    const [log] = await inTime(this.sql<[{ last: string; forgotten: string; events: LoggedEvent[] }]>`
      select last_position::text as last, forgotten_position::text as forgotten, coalesce((
        select jsonb_agg(jsonb_build_object('id', id, 'type', type, 'occurredAt', occurred_at, 'data', data,
                                            'position', position::text) order by position)
        from (select * from events where position > ${String(after ?? 0n)}::bigint
              order by position limit ${limit}) as page), '[]'::jsonb) as events
      from event_log`);
    const last = BigInt(log.last);
    if (after !== null && after < BigInt(log.forgotten)) throw new EventsError('events.forgotten');
    if (after !== null && after > last) throw new EventsError('events.cursor_unknown');
    const events = log.events.map(({ id, type, occurredAt, data }) => {
      return { id, type, occurredAt: new Date(occurredAt), data };
    });
    const next = BigInt(log.events.at(-1)?.position ?? after ?? log.forgotten);
    return { events, next, upToDate: events.length < limit || next === last };
  }

  /** Two workers that delete concurrently wait for each other's rows, and the second one finds them deleted. */
  async forget(limit: number): Promise<ForgottenBatch> {
    const { EVENTS_RETENTION_DAYS: days, WEBHOOK_URL: url } = this.environment;
    const [batch] = await inTime(this.sql<[ForgottenBatch]>`
      with oldest as (
        select id, position, due_at is not null as owed,
               occurred_at < now() - make_interval(days => ${days}) and (due_at is null or not ${this.sending(url)})
                 as may_go
        -- What was deleted stays in the index until VACUUM comes; the search begins behind it.
        from events where position > (select forgotten_position from event_log)
        order by position
        limit ${limit}
      ), gone as (
        delete from events using oldest
        where events.id = oldest.id and oldest.position < coalesce(
          (select min(position) from oldest where not may_go), 9223372036854775807)
        returning oldest.position, oldest.owed
      ), log as (
        update event_log set forgotten_position = greatest(forgotten_position, (select max(position) from gone))
        where exists (select from gone)
      )
      select count(*)::int as deleted, (count(*) filter (where owed))::int as undelivered from gone`);
    return batch;
  }

  private sending(url: string) {
    return url === ''
      ? this.sql`false`
      : this.sql`not exists (select from webhook_pauses where url_digest = ${digestOfUrl(url)})`;
  }
}
