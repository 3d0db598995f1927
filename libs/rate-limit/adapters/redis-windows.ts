import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { HASH_TAGS, Unavailable, type Redis } from '@app/runtime';
import { toVerdict, type Charge, type SlidingWindows, type Verdict } from '../domain/sliding-windows';

const SCRIPT = readFileSync(path.join(__dirname, 'settle.lua'), 'utf8');
const SCRIPT_SHA = createHash('sha1').update(SCRIPT).digest('hex');

/**
 * One hash tag for all: a script may only touch keys of one slot, and a request's limits count by different things
 * (route, client, address), so nothing narrower would hold them together in one round trip. The price is that all
 * limits live on one node of a cluster. It does tens of thousands of these scripts a second, while a core hashes
 * five passwords.
 */
const PREFIX = `${HASH_TAGS.limits}:`;
const ACTION = { spend: 's', peek: 'p', refund: 'r' } as const;
const FIELDS = 3;
const NONE = '-';

/** Sliding windows in Redis, shared by all processes; one round trip however many limits there are. */
export class RedisWindows implements SlidingWindows {
  /** @param redis brings the deadline: a second timer for each request would only cost */
  constructor(private readonly redis: Redis) {}

  async settle(charges: readonly Charge[]): Promise<Verdict[]> {
    if (charges.length === 0) return [];
    const keys = charges.map(({ key }) => PREFIX + key);
    const args = charges.map(
      ({ action, max, windowMs, spendId }) =>
        `${ACTION[action]}${max}:${windowMs}:${action === 'refund' ? (spendId ?? '') : ''}`,
    );
    const reply = await this.redis
      .evalsha(SCRIPT_SHA, keys.length, ...keys, ...args)
      .catch((error: unknown) => this.again(error, keys, args));
    return toVerdicts(charges, reply as string);
  }

  /** A Redis that was restarted or flushed has forgotten the script; EVAL brings it back. */
  private async again(error: unknown, keys: string[], args: string[]): Promise<unknown> {
    try {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return await this.redis.eval(SCRIPT, keys.length, ...keys, ...args);
    } catch (cause) {
      throw new Unavailable('redis', cause instanceof Error ? cause.message : String(cause), { cause });
    }
  }
}

/** Reads the script's reply; its fields are named there. */
function toVerdicts(charges: readonly Charge[], reply: string): Verdict[] {
  const fields = reply.split(' ');
  const now = Number(fields[0]);
  return charges.map((charge, index) => {
    const [counted, oldest, id] = fields.slice(1 + index * FIELDS, 1 + (index + 1) * FIELDS);
    const spendId = id === undefined || id === NONE ? null : id;
    const state = {
      allowed: charge.action !== 'spend' || spendId !== null || Number(counted) < charge.max,
      counted: Number(counted),
      oldestMicros: oldest === NONE ? null : Number(oldest),
      spendId,
    };
    return toVerdict(charge, state, now);
  });
}
