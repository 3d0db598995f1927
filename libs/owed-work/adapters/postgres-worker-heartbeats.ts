import { Inject, Injectable } from '@nestjs/common';
import { inTime, Sql } from '@app/runtime';
import { WORKER_LOST_SECONDS, type WorkerHeartbeats } from '../domain/worker-heartbeats';

@Injectable()
export class PostgresWorkerHeartbeats implements WorkerHeartbeats {
  constructor(@Inject(Sql) private readonly sql: Sql) {}

  async beat(workerId: string): Promise<boolean> {
    const [row] = await inTime(this.sql<{ ahead: boolean }[]>`
      with beat as (
        insert into worker_heartbeats as beat (worker_id) values (${workerId})
        on conflict (worker_id) do update set
          seen_at = now(),
          steady_since = case when beat.seen_at > now() - ${this.lostAfter} / 2
                              then least(beat.steady_since, now()) else now() end
      ), others as (
        update worker_heartbeats set seen_at = now() where seen_at > now() and worker_id <> ${workerId}
      )
      select coalesce(max(seen_at) > now(), true) as ahead from worker_heartbeats where worker_id = ${workerId}`);
    return row?.ahead ?? true;
  }

  async lost(workerId: string): Promise<string[]> {
    const rows = await inTime(this.sql<{ id: string }[]>`
      select other.worker_id as id
      from worker_heartbeats as other, worker_heartbeats as own
      where own.worker_id = ${workerId} and own.steady_since < now() - ${this.lostAfter}
        and other.seen_at < now() - ${this.lostAfter}
      limit 100`);
    return rows.map(({ id }) => id);
  }

  async forget(workerId: string): Promise<void> {
    await inTime(this.sql`delete from worker_heartbeats where worker_id = ${workerId}`);
  }

  async secondsSinceLast(): Promise<number | null> {
    const [row] = await inTime(this.sql<{ seconds: number | null }[]>`
      select extract(epoch from now() - max(seen_at))::float8 as seconds from worker_heartbeats
      where seen_at > now() - interval '1 hour'`);
    return row?.seconds ?? null;
  }

  private get lostAfter() {
    return this.sql`make_interval(secs => ${WORKER_LOST_SECONDS})`;
  }
}
