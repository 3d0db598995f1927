export { requireReadiness } from '../postgres/readiness';
export { createRedis } from '../redis/redis';
export { createSql, databaseAddress } from '../postgres/sql';
