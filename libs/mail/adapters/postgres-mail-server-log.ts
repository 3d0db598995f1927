import { Inject, Injectable } from '@nestjs/common';
import { inTime, Sql } from '@app/runtime';
import type { MailServerLog, MailServerState } from '../domain/mail-server-log';

const REASON_LENGTH_MAX = 500;

@Injectable()
export class PostgresMailServerLog implements MailServerLog {
  constructor(@Inject(Sql) private readonly sql: Sql) {}

  async record(server: MailServerState['server'], failure: string | null): Promise<void> {
    const reason = failure?.slice(0, REASON_LENGTH_MAX) ?? null;
    await inTime(this.sql`
      insert into mail_servers (server, failing_since, reason)
      values (${server}, case when ${reason}::text is not null then now() end, ${reason})
      on conflict (server) do update set
        failing_since = case when excluded.reason is not null
                        then coalesce(mail_servers.failing_since, now()) end,
        reason = excluded.reason,
        seen_at = now()`);
  }

  async read(): Promise<readonly MailServerState[]> {
    const rows = await inTime(
      this.sql<MailServerState[]>`
        select server, failing_since as "failingSince", reason from mail_servers order by server desc`,
    );
    return [...rows];
  }
}
