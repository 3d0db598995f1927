import { Inject, Injectable } from '@nestjs/common';
import { inTime, OPERATOR_TIMEOUT_MS, Sql } from '@app/runtime';
import type { SignUpCounts, SignUpSpan, SignUpStatistics, SpanLength } from '../domain/sign-up-statistics';

const SPAN_HOURS: Record<SpanLength, number> = { hour: 1, day: 24 };

@Injectable()
export class PostgresSignUpStatistics implements SignUpStatistics {
  constructor(@Inject(Sql) private readonly sql: Sql) {}

  /**
   * The row without a start is the total. Imported accounts were activated elsewhere, as far as we know at their
   * creation, so they do not count for the median.
   */
  async report(since: Date, by: SpanLength): Promise<{ total: SignUpCounts; spans: readonly SignUpSpan[] }> {
    const spanMs = SPAN_HOURS[by] * 3_600_000;
    const from = new Date(Math.floor(since.getTime() / spanMs) * spanMs);
    const [total, ...spans] = await inTime(
      this.sql<[SignUpSpan, ...SignUpSpan[]]>`
        with counted as (
          select date_trunc(${by}, created_at, 'UTC') as start,
                 count(*) as registered, count(activated_at) as activated,
                 percentile_cont(0.5) within group (order by extract(epoch from activated_at - created_at)::float8)
                   filter (where activated_at > created_at) as median,
                 count(*) filter (where mail_given_up_at is not null and activated_at is null) as given_up
          from users where created_at >= ${from}
          group by grouping sets ((), (1))
          union all
          select date_trunc(${by}, registered_hour, 'UTC'), sum(registered), sum(activated), null, sum(given_up)
          from past_accounts where registered_hour >= ${from}
          group by grouping sets ((), (1))
        ), spans as (
          select null::timestamptz as start
          union all
          select generate_series(${from}::timestamptz, now(), make_interval(hours => ${SPAN_HOURS[by]}))
        )
        select spans.start as "from", coalesce(sum(registered), 0)::int as registered,
               coalesce(sum(activated), 0)::int as activated, max(median) as "medianSecondsToActivation",
               coalesce(sum(given_up), 0)::int as "givenUp"
        from spans left join counted on coalesce(counted.start, '-infinity') = coalesce(spans.start, '-infinity')
        group by spans.start
        order by spans.start nulls first`,
      OPERATOR_TIMEOUT_MS,
    );
    return { total, spans };
  }
}
