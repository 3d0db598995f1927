export { MergedScrape, type Exposition } from './scrape/merged-scrape';
export { PrometheusScrape } from './scrape/prometheus-scrape';
export * from './domain/instruments';
export { UNMATCHED_ROUTE } from './domain/tally';
export type { MetricsReport } from './domain/metrics-report';
export * from './metrics-reporter';
export * from './metrics.module';
export * from './scrape/scrape.controller';
