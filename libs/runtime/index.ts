export * from './calls/shared-calls';
export { configurationPage, envExample } from './config/pages';
export * from './config/environment';
export * from './config/parse-environment';
export * from './lifecycle/deadline';
export * from './logging/logger';
export * from './postgres/connections';
export * from './postgres/migrations';
export * from './postgres/paging';
export * from './postgres/rollback-loss';
export {
  inBatches,
  inTime,
  OPERATOR_TIMEOUT_MS,
  SQL,
  Sql,
  uuids,
  type Fragment,
} from './postgres/sql';
export { inTransaction } from './postgres/transaction';
export * from './redis/address';
export { checkRedisCapability } from './redis/capability';
export { HASH_TAGS, Redis, REDIS_TIMEOUT_MS } from './redis/redis';
export * from './lifecycle/shutdown';
export * from './lifecycle/start';
export { startThreadPool } from './lifecycle/thread-pool';
export * from './tracing/tracing';
export { DEVELOPMENT_SECRET_KEY, variables } from './config/variables';
