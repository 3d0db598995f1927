export { FallbackRateLimiter } from './adapters/fallback-rate-limiter';
export { InProcessRateLimiter } from './adapters/in-process-rate-limiter';
export { RedisRateLimiter } from './adapters/redis-rate-limiter';
export * from './domain/client-address';
export * from './domain/digest-key';
export * from './domain/limits';
export * from './domain/rate-limiter';
export * from './rate-limit.module';
