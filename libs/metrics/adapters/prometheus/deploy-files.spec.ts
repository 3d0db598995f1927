import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Registry } from 'prom-client';
import { parse } from 'yaml';
import { RollingTally } from '../../domain/tally';
import { PrometheusInstruments } from './prometheus-instruments';
import { PrometheusScrape } from '../../scrape/prometheus-scrape';

const read = (file: string): string => readFileSync(path.join(__dirname, '../../../../deploy', file), 'utf8');

/** Labels and series that Prometheus itself adds. */
const OWN_NAMES = ['up'];
const OWN_LABELS = ['job', 'instance', 'le'];

interface Described {
  readonly name: string;
  readonly type: string;
  readonly labelNames: readonly string[];
}

const never = (): Promise<never> => Promise.reject(new Error('not asked'));

/** Labels of every series name that a scrape shows. */
function scraped(): Map<string, readonly string[]> {
  const registry = new Registry();
  const instruments = new PrometheusInstruments(registry, new RollingTally());
  instruments.watchMailBacklog(never);
  instruments.watchEventBacklog(never);
  instruments.watchExpiredCodes(never);
  instruments.watchHashing(() => ({ waiting: 0, running: 0, rejected: 0 }));
  new PrometheusScrape(registry);
  const metrics = registry.getMetricsAsArray() as unknown as readonly Described[];
  return new Map([
    ...OWN_NAMES.map((name) => [name, []] as const),
    ...metrics.flatMap(({ name, type, labelNames }) =>
      (type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']).map(
        (suffix) => [name + suffix, labelNames] as const,
      ),
    ),
  ]);
}

/** Both `name{label="value"}[5m]` and `name`, with the labels that they select. */
function selectorsOf(expression: string): { name: string; labels: string[] }[] {
  const bare = expression
    .replace(/"[^"]*"/g, '""')
    .replace(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ')
    .replace(/\[[^\]]*\]/g, ' ');
  const words = bare.matchAll(/(?<![\w.$])([a-zA-Z_:][\w:]*)(\{[^}]*\})?(?!\w*\s*\()/g);
  return [...words]
    .filter(([word]) => !['and', 'or', 'unless', 'offset', 'bool'].includes(word))
    .map(([, name = '', matchers = '']) => ({ name, labels: matchers.match(/\w+(?=\s*[=!])/g) ?? [] }));
}

const groupedBy = (expression: string): string[] =>
  [...expression.matchAll(/\bby\s*\(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(/\s*,\s*/));

const alerts = read('prometheus/alerts.yml');
const alertExpressions = [...alerts.matchAll(/^ +expr: (.+)$/gm)].map(([, expression = '']) => expression);
const dashboardExpressions = [...read('grafana/dashboard.json').matchAll(/"expr": ("(?:[^"\\]|\\.)*")/g)].map(
  ([, json = '']) => JSON.parse(json) as string,
);

describe('the files of deploy/', () => {
  it('have an expression for every alert and every panel', () => {
    expect(alertExpressions).toHaveLength(alerts.match(/- alert:/g)?.length ?? 0);
    expect(dashboardExpressions.length).toBeGreaterThan(20);
  });

  it('test every existing alert, and no others', () => {
    const namesIn = (text: string, pattern: RegExp): string[] => [
      ...new Set([...text.matchAll(pattern)].map(([, name = '']) => name)),
    ];
    const alertsThatAre = [alerts, read('prometheus/replicas.yml')].flatMap((text) =>
      namesIn(text, /- alert: (\w+)/g),
    );
    const tested = namesIn(read('prometheus/alerts.test.yml'), /alertname="(\w+)"/g);
    expect(tested.sort()).toEqual(alertsThatAre.sort());
  });

  it('test that each alert fires, and that it is silent', () => {
    const { tests } = parse(read('prometheus/alerts.test.yml')) as {
      tests: { promql_expr_test: { expr: string; exp_samples?: object[] }[] }[];
    };
    const fires: Record<string, boolean[]> = {};
    for (const { expr, exp_samples: samples = [] } of tests.flatMap((each) => each.promql_expr_test)) {
      const [, name = ''] = /alertname="(\w+)"/.exec(expr) ?? [];
      (fires[name] ??= []).push(samples.length > 0);
    }
    const oneSided = Object.entries(fires).filter(([, expected]) => new Set(expected).size !== 2);
    expect(oneSided.map(([name]) => name)).toEqual([]);
  });

  it('have a row in the operations page for every alert', () => {
    const page = readFileSync(path.join(__dirname, '../../../../docs/operations.md'), 'utf8');
    for (const [, name] of alerts.matchAll(/- alert: (\w+)/g)) expect(page).toContain(`| \`${name}\``);
  });

  it('finds the names in an expression', () => {
    expect(
      selectorsOf('sum by (le) (rate(a_total{x="y z",u!~"v"}[5m] offset 1h)) / max(b) > 1e9 and c == 0'),
    ).toEqual([
      { name: 'a_total', labels: ['x', 'u'] },
      { name: 'b', labels: [] },
      { name: 'c', labels: [] },
    ]);
  });

  it.each([...alertExpressions, ...dashboardExpressions])(
    'uses only what a scrape shows: %s',
    (expression) => {
      const known = scraped();
      const selectors = selectorsOf(expression);
      expect(selectors.length).toBeGreaterThan(0);
      expect(selectors.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([]);
      const labels = [...OWN_LABELS, ...selectors.flatMap(({ name }) => known.get(name) ?? [])];
      for (const asked of [...selectors.flatMap((selector) => selector.labels), ...groupedBy(expression)]) {
        expect(labels).toContain(asked);
      }
    },
  );

  it('query only existing results and outcomes', async () => {
    const registry = new Registry();
    new PrometheusInstruments(registry, new RollingTally()).limitsEnforced(['registration']);
    const exposition = await registry.metrics();
    const expressions = [...alertExpressions, ...dashboardExpressions].join('\n');
    const matchers = [...expressions.matchAll(/(result|outcome|decision)=~?"([^"]*)"/g)];
    expect(matchers.length).toBeGreaterThan(0);
    for (const [, label = '', values = ''] of matchers) {
      for (const value of values.split('|')) expect(exposition).toContain(`${label}="${value}"`);
    }
  });

  it('have the alerts where the configuration expects them', () => {
    expect(read('prometheus/prometheus.yml')).toMatch(/rule_files:\n +- alerts\.yml/);
  });
});
