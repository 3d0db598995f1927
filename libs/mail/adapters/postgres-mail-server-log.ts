import { Inject, Injectable } from '@nestjs/common';
import { inTime, shortReason, Sql } from '@app/runtime';
import type { MailServerLog, MailServerState } from '../domain/mail-server-log';

@Injectable()
export class PostgresMailServerLog implements MailServerLog {
  constructor(@Inject(Sql) private readonly sql: Sql) {}

  async record(server: MailServerState['server'], failure: string | null): Promise<void> {
    const reason = failure && shortReason(failure);
    await inTime(this.sql`
      insert into mail_servers (server, failing_since, reason)
      values (${server}, case when ${reason}::text is not null then now() end, ${reason})
      on conflict (server) do update set
        failing_since = case when excluded.reason is not null
                        then coalesce(mail_servers.failing_since, now()) end,
        reason = excluded.reason,
        greeting_failure = null,
        seen_at = now()`);
  }

  async claimGreeting(server: MailServerState['server'], everySeconds: number): Promise<boolean> {
    const claimed = await inTime(this.sql`
      insert into mail_servers (server, greeted_at) values (${server}, now())
      on conflict (server) do update set greeted_at = now()
      where mail_servers.greeted_at is null
        or mail_servers.greeted_at <= now() - make_interval(secs => ${everySeconds})
      returning server`);
    return claimed.length > 0;
  }

  async recordGreeting(server: MailServerState['server'], failure: string | null): Promise<void> {
    await inTime(this.sql`
      update mail_servers set greeting_failure = ${failure && shortReason(failure)} where server = ${server}`);
  }

  async read(): Promise<readonly MailServerState[]> {
    const rows = await inTime(
      this.sql<MailServerState[]>`
        select server, failing_since as "failingSince", reason, greeting_failure as "greetingFailure"
        from mail_servers order by server desc`,
    );
    return [...rows];
  }
}
