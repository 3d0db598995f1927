export { MergedScrape, type Exposition } from './scrape/merged-scrape';
export { PrometheusScrape } from './scrape/prometheus-scrape';
export * from './domain/instruments';
export * from './domain/metrics-recorder';
export type { MetricsReport } from './domain/metrics-report';
export * from './use-cases/metrics-reporter';
export * from './metrics.module';
export * from './scrape/scrape.controller';
