export { requireReadiness } from '../postgres/readiness';
export { createRedis } from '../redis/redis';
export { databaseAddress } from '../postgres/address';
export { createSql } from '../postgres/sql';
