import { createHmac } from 'node:crypto';
import type { Environment } from '../config/environment';
import { HASH_TAGS, type Redis } from './redis';

/** Life of the mark that a deployment leaves, in milliseconds: one that was shut down is forgotten in an hour. */
const MARK_LIFE_MS = 3_600_000;

/** The same for all processes of a deployment, and another one's is another: they share the key. */
const markOf = (secretKey: string): string =>
  createHmac('sha256', secretKey).update('deployment').digest('hex').slice(0, 16);

/**
 * Proves that Redis takes what the service sends: a write under each hash tag (of a cluster, on each node that holds some
 * of ours), and INFO, which the queue needs. One that is read-only, full or cannot save (MISCONF), and a user without those
 * rights, all refuse.
 * @returns whether another deployment has left its mark under the same prefix
 * @throws {Error} with Redis's reason
 */
export async function proveRedis(redis: Redis, environment: Environment): Promise<boolean> {
  const { SECRET_KEY: key, SECRET_KEY_PREVIOUS: previous } = environment;
  const own = markOf(key);
  const [, ...marks] = await Promise.all([
    redis.info('server'),
    ...Object.values(HASH_TAGS).map(async (tag) => {
      const found = redis.get(`${tag}:deployment`);
      await Promise.all([found, redis.set(`${tag}:deployment`, own, 'PX', MARK_LIFE_MS)]);
      return await found;
    }),
  ]);
  return marks.some((mark) => mark !== null && ![own, markOf(previous)].includes(mark));
}
