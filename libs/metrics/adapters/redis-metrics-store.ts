import { HASH_TAGS, REDIS_TIMEOUT_MS, Unavailable, within, type Redis } from '@app/runtime';
import type { SketchRecord } from '../domain/latency-sketch';
import type { MetricsStore } from '../domain/metrics-store';
import {
  KINDS,
  ROLLING_HOUR,
  Tally,
  type Kind,
  type LatencyWindow,
  type RollingTally,
} from '../domain/tally';

/**
 * How long a silent process counts as alive, in seconds. After that its counts are added to the past. A day bridges a
 * day-long outage of Redis, after which live processes report the same counts again.
 */
const ALIVE_SECONDS = 86_400;
/** Time limit for adding the counts of a dead process to the past, in seconds. */
const TURN_SECONDS = 60;

const TOTALS = `${HASH_TAGS.metrics}:totals`;
const PAST = `${HASH_TAGS.metrics}:past`;
const alive = (processId: string): string => `${HASH_TAGS.metrics}:alive:${processId}`;

/**
 * Each process stores its own counts under its own name, and a report sums them up, so a repeated write changes
 * nothing. `totals` has a JSON field for each process of the last day, and `past` the sums of earlier ones; latencies
 * are a ring of five-minute buckets per process, which expire.
 */
export class RedisMetricsStore implements MetricsStore {
  /** Number of the current bucket when this process last stored its latencies. */
  private shown = 0;

  constructor(
    private readonly redis: Redis,
    private readonly window: LatencyWindow = ROLLING_HOUR,
  ) {}

  async publish(own: RollingTally): Promise<void> {
    const { processId, counts, bucketNumber } = own;
    const writes: Promise<unknown>[] = [
      this.redis.hset(TOTALS, processId, JSON.stringify(fieldsOf(counts))),
      this.redis.set(alive(processId), '1', 'EX', ALIVE_SECONDS),
    ];
    for (const [number, latencies] of own.bucketsFrom(this.shown)) {
      const key = this.latencies(processId)[number % this.window.buckets] as string;
      const sketches = [...latencies].flatMap(([name, sketch]) => [name, JSON.stringify(sketch.toRecord())]);
      // The bucket expires before the ring reuses its number.
      const lifeSeconds = Math.ceil(own.secondsLeft(number)) - 1;
      writes.push(this.redis.hset(key, ...sketches), this.redis.expire(key, lifeSeconds));
    }
    await orUnavailable(Promise.all(writes));
    this.shown = bucketNumber;
  }

  async read(): Promise<Tally> {
    return await orUnavailable(this.addUp());
  }

  private async addUp(): Promise<Tally> {
    const [past, counts] = await Promise.all([this.redis.hgetall(PAST), this.redis.hgetall(TOTALS)]);
    const tally = new Tally();
    addFields(tally, past);
    for (const text of Object.values(counts)) addFields(tally, JSON.parse(text) as Fields);
    // All commands are sent before the first reply: one wait, with a deadline for each command, which a pipeline
    // lacks.
    const lives = await Promise.all(
      Object.keys(counts).map(async (id) => ({ id, seconds: await this.redis.ttl(alive(id)) })),
    );
    const windowSeconds = this.window.buckets * this.window.bucketSeconds;
    const recent = lives.filter(({ seconds }) => seconds >= ALIVE_SECONDS - windowSeconds);
    const keys = recent.flatMap(({ id }) => this.latencies(id));
    for (const bucket of await Promise.all(keys.map((key) => this.redis.hgetall(key)))) {
      for (const [endpoint, text] of Object.entries(bucket)) {
        tally.mergeLatencies(endpoint, JSON.parse(text) as SketchRecord);
      }
    }
    for (const { id, seconds } of lives) {
      if (seconds < 0) await this.addToPast(id, JSON.parse(counts[id] as string) as Fields);
    }
    return tally;
  }

  /** Adds the counts of a dead process to the past, atomically; one process does it at a time. */
  private async addToPast(processId: string, counts: Fields): Promise<void> {
    const turn = `${HASH_TAGS.metrics}:turn:${processId}`;
    if ((await this.redis.set(turn, '1', 'EX', TURN_SECONDS, 'NX')) === null) return;
    const change = this.redis.multi();
    for (const [field, count] of Object.entries(counts)) change.hincrby(PAST, field, count);
    const done = change.hdel(TOTALS, processId).exec();
    await within(done, REDIS_TIMEOUT_MS, () => new Error('no answer in time'));
  }

  private latencies(processId: string): string[] {
    return Array.from(
      { length: this.window.buckets },
      (_, place) => `${HASH_TAGS.metrics}:durations:${processId}:${place}`,
    );
  }
}

async function orUnavailable<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw new Unavailable('redis', `metrics: ${(error as Error).message}`, { cause: error });
  }
}

/** `requests GET /livez` → 42 */
type Fields = Readonly<Record<string, number | string>>;

const fieldsOf = (tally: Tally): Fields =>
  Object.fromEntries(
    KINDS.flatMap((kind) => [...tally[kind]].map(([name, count]) => [`${kind} ${name}`, count])),
  );

function addFields(tally: Tally, fields: Fields): void {
  for (const [field, count] of Object.entries(fields)) {
    const space = field.indexOf(' ');
    tally.merge(field.slice(0, space) as Kind, field.slice(space + 1), Number(count));
  }
}
