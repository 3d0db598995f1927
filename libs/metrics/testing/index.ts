export * from './exact-percentile';
export * from './metered-process';
export * from './metrics-store-contract';
export * from './unreliable-store';
export * from './until';
