export * from './rate-limiter.contract';
