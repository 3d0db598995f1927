import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { REDIS_TIMEOUT_MS, Unavailable, within, type Redis } from '@app/runtime';
import { toVerdict, type Charge, type RateLimiter, type Verdict } from '../domain/rate-limiter';

const SCRIPT = readFileSync(path.join(__dirname, 'settle.lua'), 'utf8');
const SCRIPT_SHA = createHash('sha1').update(SCRIPT).digest('hex');

/**
 * One hash tag for all: a script may only touch keys of one slot, and a request's limits count by different things
 * (route, client, address), so nothing narrower would hold them together. One slot does tens of thousands of these
 * a second, while a core hashes five passwords.
 */
const PREFIX = '{limits}:';
const ACTION = { spend: '1', peek: '0', refund: '-1' } as const;
const FIELDS = 4;

/** Sliding windows in Redis, shared by all processes; one round trip however many limits there are. */
export class RedisRateLimiter implements RateLimiter {
  constructor(private readonly redis: Redis) {}

  async settle(charges: readonly Charge[]): Promise<Verdict[]> {
    if (charges.length === 0) return [];
    const keys = charges.map((charge) => PREFIX + charge.key);
    const args = charges.flatMap((charge) => [
      ACTION[charge.action],
      String(charge.max),
      String(charge.windowMs * 1_000),
      charge.spendId ?? '',
    ]);
    const [now, ...fields] = await this.evaluate(keys, args);
    const nowMicros = Number(now);
    return charges.map((charge, index) => {
      const [allowed, counted, oldest, id] = fields.slice(index * FIELDS, (index + 1) * FIELDS);
      const state = {
        allowed: charge.action === 'spend' ? Number(allowed) === 1 : true,
        counted: Number(counted),
        oldestMicros: Number(oldest) < 0 ? null : Number(oldest),
        spendId: id ? String(id) : null,
      };
      return toVerdict(charge, state, nowMicros);
    });
  }

  private async evaluate(keys: string[], args: string[]): Promise<(string | number)[]> {
    try {
      return await this.inTime(this.redis.evalsha(SCRIPT_SHA, keys.length, ...keys, ...args));
    } catch (error) {
      // A Redis that was restarted or flushed has forgotten the script; EVAL brings it back.
      if (!(error as Error).message.includes('NOSCRIPT')) throw away(error);
      return await this.inTime(this.redis.eval(SCRIPT, keys.length, ...keys, ...args)).catch(
        (again: unknown) => {
          throw away(again);
        },
      );
    }
  }

  private async inTime(reply: Promise<unknown>): Promise<(string | number)[]> {
    return (await within(reply, REDIS_TIMEOUT_MS, () => new Error('no answer in time'))) as (
      string | number
    )[];
  }
}

const away = (error: unknown): Unavailable =>
  new Unavailable('redis', (error as Error).message, { cause: error });
