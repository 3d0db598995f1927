import { Inject, Injectable } from '@nestjs/common';
import { Environment, inTime, Sql } from '@app/runtime';
import type { EventRetention, ForgottenBatch } from '../domain/event-log';
import { digestOfUrl } from './postgres-deliveries';

@Injectable()
export class PostgresEventRetention implements EventRetention {
  constructor(
    @Inject(Sql) private readonly sql: Sql,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  /** Two workers that delete concurrently wait for each other's rows, and the second one finds them deleted. */
  async forget(limit: number): Promise<ForgottenBatch> {
    const { EVENTS_RETENTION_DAYS: days, WEBHOOK_URL: url } = this.environment;
    const [batch] = await inTime(this.sql<ForgottenBatch[]>`
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
    return batch ?? { deleted: 0, undelivered: 0 };
  }

  private sending(url: string) {
    return url === ''
      ? this.sql`false`
      : this.sql`not exists (select from webhook_pauses where url_digest = ${digestOfUrl(url)})`;
  }
}
