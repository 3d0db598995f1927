import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { HASH_TAGS, Unavailable, type Redis } from '@app/runtime';
import { toVerdict, type Charge, type SlidingWindows, type Verdict } from '../domain/sliding-windows';

const SCRIPT = readFileSync(path.join(__dirname, 'settle.lua'), 'utf8');
const SCRIPT_SHA = createHash('sha1').update(SCRIPT).digest('hex');

/**
 * All keys share one hash tag: a script may only touch keys of one slot, and the limits of a request count by
 * different things (route, client, address), so no narrower tag would keep them in one round trip. The price is that
 * all limits live on one node of a cluster. A node runs tens of thousands of these scripts per second, while a core
 * hashes five passwords.
 */
const PREFIX = `${HASH_TAGS.limits}:`;
const FIELDS = 3;
const NONE = '-';

/** Sliding windows in Redis, shared by all processes; one round trip however many limits apply. */
export class RedisWindows implements SlidingWindows {
  /** @param redis enforces the deadline; a second timer for each request would only cost time */
  constructor(private readonly redis: Redis) {}

  async settle(charges: readonly Charge[]): Promise<Verdict[]> {
    if (charges.length === 0) return [];
    const keys = charges.map(({ key }) => PREFIX + key);
    const args = charges.map(({ max, windowMs, refunds = '' }) => `${max}:${windowMs}:${refunds}`);
    const reply = await this.redis
      .evalsha(SCRIPT_SHA, keys.length, ...keys, ...args)
      .catch((error: unknown) => this.again(error, keys, args));
    return toVerdicts(charges, reply as string);
  }

  /** A restarted or flushed Redis has lost the script; EVAL loads it again. */
  private async again(error: unknown, keys: string[], args: string[]): Promise<unknown> {
    try {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return await this.redis.eval(SCRIPT, keys.length, ...keys, ...args);
    } catch (cause) {
      throw new Unavailable('redis', cause instanceof Error ? cause.message : String(cause), { cause });
    }
  }
}

/** Parses the reply of the script, which documents its fields. */
function toVerdicts(charges: readonly Charge[], reply: string): Verdict[] {
  const fields = reply.split(' ');
  const now = Number(fields[0]);
  return charges.map((charge, index) => {
    const [counted, oldest, id] = fields.slice(1 + index * FIELDS, 1 + (index + 1) * FIELDS);
    const spendId = id === undefined || id === NONE ? null : id;
    const state = {
      allowed: charge.refunds !== undefined || spendId !== null || Number(counted) < charge.max,
      counted: Number(counted),
      oldestMicros: oldest === NONE ? null : Number(oldest),
      spendId,
    };
    return toVerdict(charge, state, now);
  });
}
