import { styleText } from 'node:util';
import { Inject } from '@nestjs/common';
import { Command, Option } from 'nest-commander';
import {
  SignUpStatistics,
  SPAN_LENGTHS,
  type SignUpCounts,
  type SignUpSpan,
  type SpanLength,
} from '@app/users';
import { moment, oneOf } from '../arguments';
import { BaseCommand, type ReportOptions } from '../base-command';
import { csvLine, duration, numbers, table } from '../terminal/format';
import { Output } from '../terminal/output';

interface StatsOptions extends ReportOptions {
  readonly since?: Date;
  readonly by?: SpanLength;
  readonly csv?: boolean;
}

const DAYS_DEFAULT = 7;
/** More than a year of hours. */
const SPANS_MAX = 10_000;
const SPAN_MS: Record<SpanLength, number> = { hour: 3_600_000, day: 86_400_000 };
const BAR_WIDTH = 24;

@Command({
  name: 'stats',
  description: 'count registrations, activations and given-up mails per hour or day',
})
export class StatsCommand extends BaseCommand {
  protected readonly explanation = `
Each registration counts in the hour or day in which it was made. "Activated" is the number of those
registrations that have been activated by now. The counts come from PostgreSQL and include registrations
that have since been purged, replaced or erased. The first hour or day is counted completely.`;
  protected readonly examples = {
    stats: 'the last seven days',
    'stats --since 24h --by hour': 'the last 24 hours',
    'stats --json': '{"registered": 5, "activated": 4, …, "by": [{"from": "…", …}]}',
  };

  constructor(@Inject(SignUpStatistics) private readonly statistics: SignUpStatistics) {
    super();
  }

  @Option({ flags: '--since <moment>', description: 'a day, a time, or an age such as 36h (default: 7d)' })
  parseSince(given: string): Date {
    return moment(given);
  }

  @Option({ flags: '--by <span>', description: 'hour or day, in UTC (default: day)' })
  parseBy(given: string): SpanLength {
    return oneOf(given, SPAN_LENGTHS);
  }

  @Option({ flags: '--csv', description: 'print comma-separated values (RFC 4180) with a header line' })
  parseCsv(): boolean {
    return true;
  }

  async run(_arguments: string[], options: StatsOptions): Promise<void> {
    if (options.csv && options.json) this.wrongUsage('use either --csv or --json');
    const { by = 'day', since = new Date(Date.now() - DAYS_DEFAULT * SPAN_MS.day) } = options;
    if (Date.now() - since.getTime() > SPANS_MAX * SPAN_MS[by]) {
      this.wrongUsage(`more than ${numbers(SPANS_MAX)} spans; start later, or use --by day`);
    }
    const { total, spans } = await this.statistics.report(since, by);
    if (options.csv) await Output.write(asCsv(spans));
    else {
      const periods = spans.map((span) => ({ from: span.from, ...toJson(span) }));
      this.report(options, { ...toJson(total), by: periods }, inWords(total, spans, by));
    }
  }
}

const toJson = (counts: SignUpCounts) => ({
  registered: counts.registered,
  activated: counts.activated,
  median_seconds_to_activation: rounded(counts.medianSecondsToActivation),
  given_up: counts.givenUp,
});

const rounded = (seconds: number | null): number | null =>
  seconds === null ? null : Math.round(seconds * 10) / 10;

const COLUMNS = ['from', 'registered', 'activated', 'median_seconds_to_activation', 'given_up'];

const asCsv = (spans: readonly SignUpSpan[]): string =>
  [
    csvLine(COLUMNS),
    ...spans.map(({ from, ...counts }) => csvLine([from.toISOString(), ...Object.values(toJson(counts))])),
  ].join('');

function inWords(total: SignUpCounts, spans: readonly SignUpSpan[], by: SpanLength): string {
  const most = Math.max(1, ...spans.map(({ registered }) => registered));
  const cells = (counts: SignUpCounts): string[] => [
    numbers(counts.registered),
    numbers(counts.activated),
    counts.registered === 0 ? '-' : `${Math.round((counts.activated / counts.registered) * 100)} %`,
    counts.medianSecondsToActivation === null ? '-' : duration(counts.medianSecondsToActivation),
    numbers(counts.givenUp),
  ];
  const text = table(
    ['FROM (UTC)', 'REGISTERED', 'ACTIVATED', 'SHARE', 'MEDIAN TIME', 'GIVEN UP', 'CHART'],
    [
      ...spans.map((span) => [label(span.from, by), ...cells(span), bar(span, most)]),
      ['total', ...cells(total), ''],
    ],
  );
  return `${text}\n\n${styleText('dim', '█ activated  ░ registered, not activated')}`;
}

const label = (from: Date, by: SpanLength): string =>
  by === 'day' ? from.toISOString().slice(0, 10) : from.toISOString().slice(0, 16).replace('T', ' ');

function bar({ registered, activated }: SignUpCounts, most: number): string {
  const whole = Math.ceil((registered / most) * BAR_WIDTH);
  const done = registered === 0 ? 0 : Math.round((activated / registered) * whole);
  return '█'.repeat(done) + '░'.repeat(whole - done);
}
