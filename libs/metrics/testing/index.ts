export { InProcessMetricsStore } from '../adapters/in-process-metrics-store';
export { RedisMetricsStore } from '../adapters/redis-metrics-store';
export * from './exact-percentile';
export * from './metered-process';
export * from './metrics-store-contract';
export * from './unreliable-store';
export * from './until';
