import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { MergedScrape, type Exposition } from './merged-scrape';

/** The metrics of a process with these counts. */
function shownBy(value: number): Promise<Exposition> {
  const registers = [new Registry()];
  new Counter({ name: 'jobs_total', help: 'Jobs', labelNames: ['kind'], registers }).inc(
    { kind: 'a' },
    value,
  );
  new Histogram({ name: 'wait_seconds', help: 'Wait', buckets: [1, 5], registers }).observe(value);
  new Gauge({ name: 'running', help: 'Running', registers }).set(value);
  new Gauge({ name: 'owed', help: 'Owed', aggregator: 'max', registers }).set(value);
  return (registers[0] as Registry).getMetricsAsJSON();
}

const valuesIn = (text: string): Record<string, number> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );

describe('MergedScrape', () => {
  it('sums counts, and takes the maximum of values that all processes read from one place', async () => {
    const merged = new MergedScrape();
    merged.show(1, await shownBy(1));
    merged.show(2, await shownBy(3));
    expect(valuesIn(await merged.text())).toEqual({
      'jobs_total{kind="a"}': 4,
      'wait_seconds_bucket{le="1"}': 1,
      'wait_seconds_bucket{le="5"}': 2,
      'wait_seconds_bucket{le="+Inf"}': 2,
      wait_seconds_sum: 4,
      wait_seconds_count: 2,
      running: 4,
      owed: 3,
    });
  });

  it('replaces earlier metrics of a process with its latest ones', async () => {
    const merged = new MergedScrape();
    merged.show(1, await shownBy(1));
    merged.show(1, await shownBy(5));
    expect(valuesIn(await merged.text())).toMatchObject({ 'jobs_total{kind="a"}': 5, running: 5 });
  });

  it('keeps the counts of ended processes, and drops their gauges', async () => {
    const merged = new MergedScrape();
    for (const process of [1, 2, 3]) merged.show(process, await shownBy(process));
    merged.end(1);
    merged.end(2);
    const values = valuesIn(await merged.text());
    expect(values).toMatchObject({ 'jobs_total{kind="a"}': 6, wait_seconds_count: 3, running: 3, owed: 3 });
    merged.end(3);
    expect(valuesIn(await merged.text())).toMatchObject({ 'jobs_total{kind="a"}': 6, wait_seconds_sum: 6 });
    expect(valuesIn(await merged.text())).not.toHaveProperty('running');
  });

  it('is empty without processes', async () => {
    const merged = new MergedScrape();
    merged.end(1);
    expect((await merged.text()).trim()).toBe('');
  });
});
