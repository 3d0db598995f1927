import { HASH_TAGS, type Redis } from './redis';

/** Life of the mark that a probe writes, in milliseconds. */
const MARK_LIFE_MS = 10_000;

/**
 * Writes under each hash tag: of a cluster, all nodes have to take writes that hold some of ours, and no other. A Redis
 * that is read-only, full, or cannot save (MISCONF), and a user without the right to write, all refuse.
 * @throws {Error} with Redis's reason
 */
export async function proveWrites(redis: Redis): Promise<void> {
  await Promise.all(
    Object.values(HASH_TAGS).map((tag) => redis.set(`${tag}:probe`, '1', 'PX', MARK_LIFE_MS)),
  );
}
