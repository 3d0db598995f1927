import { Inject, Injectable } from '@nestjs/common';
import { inTime, Sql } from '@app/runtime';
import type { SignUpCounts, SignUpSpan, SignUpStatistics, SpanLength } from '../domain/sign-up-statistics';

/** Enough to count ten million accounts. */
const PATIENCE_MS = 60_000;
const SPAN_MS: Record<SpanLength, number> = { hour: 3_600_000, day: 86_400_000 };

interface CountsRow extends SignUpCounts {
  /** Null in the row of the total. */
  readonly from: Date | null;
}

const NONE: SignUpCounts = { registered: 0, activated: 0, medianSecondsToActivation: null, givenUp: 0 };

@Injectable()
export class PostgresSignUpStatistics implements SignUpStatistics {
  constructor(@Inject(Sql) private readonly sql: Sql) {}

  async report(since: Date, by: SpanLength): Promise<{ total: SignUpCounts; spans: SignUpSpan[] }> {
    const from = new Date(Math.floor(since.getTime() / SPAN_MS[by]) * SPAN_MS[by]);
    const [present, past, [clock]] = await Promise.all([
      this.present(from, by),
      this.past(from, by),
      inTime(this.sql<[{ now: Date }]>`select now() as now`),
    ]);
    const at = (moment: number | null): SignUpCounts =>
      [...present, ...past].filter((row) => (row.from?.getTime() ?? null) === moment).reduce(add, NONE);
    const spans: SignUpSpan[] = [];
    for (let start = from.getTime(); start <= clock.now.getTime(); start += SPAN_MS[by]) {
      spans.push({ from: new Date(start), ...at(start) });
    }
    return { total: at(null), spans };
  }

  /**
   * Imported accounts were activated elsewhere, as far as we know at their creation, so they do not count for the
   * median.
   */
  private async present(from: Date, by: SpanLength): Promise<CountsRow[]> {
    return await inTime(
      this.sql<CountsRow[]>`
        select date_trunc(${by}, created_at, 'UTC') as from,
               count(*)::int as registered, count(activated_at)::int as activated,
               percentile_cont(0.5) within group (order by extract(epoch from activated_at - created_at)::float8)
                 filter (where activated_at > created_at) as "medianSecondsToActivation",
               (count(*) filter (where mail_given_up_at is not null and activated_at is null))::int as "givenUp"
        from users where created_at >= ${from}
        group by grouping sets ((), (1))`,
      PATIENCE_MS,
    );
  }

  private async past(from: Date, by: SpanLength): Promise<CountsRow[]> {
    return await inTime(
      this.sql<CountsRow[]>`
        select date_trunc(${by}, registered_hour, 'UTC') as from,
               coalesce(sum(registered), 0)::int as registered, coalesce(sum(activated), 0)::int as activated,
               null::float8 as "medianSecondsToActivation", coalesce(sum(given_up), 0)::int as "givenUp"
        from past_accounts where registered_hour >= ${from}
        group by grouping sets ((), (1))`,
      PATIENCE_MS,
    );
  }
}

const add = (sum: SignUpCounts, row: CountsRow): SignUpCounts => ({
  registered: sum.registered + row.registered,
  activated: sum.activated + row.activated,
  medianSecondsToActivation: row.medianSecondsToActivation ?? sum.medianSecondsToActivation,
  givenUp: sum.givenUp + row.givenUp,
});
