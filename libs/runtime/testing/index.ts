export { requireReadiness } from '../postgres/readiness';
export { createRedis } from '../redis/redis';
