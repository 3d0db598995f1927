export * from './rate-limiter.contract';
export * from './scenario';
