import { readFileSync } from 'node:fs';
import path from 'node:path';
import { HASH_TAGS, Unavailable, type Redis } from '@app/runtime';
import { ENDPOINTS_MAX, OTHER } from '../domain/endpoints';
import { ROLLING_HOUR, type Batch, type LatencyWindow, type MetricsStore } from '../domain/metrics-store';
import { increase, Tally, type BusinessEvent } from '../domain/tally';
import { decodeSketch, encodeSketch } from './sketch-codec';

/**
 * How long the number of a process's last batch is remembered, in seconds: a batch in doubt is sent again within
 * a second or two of Redis's return, so a day covers an outage of a day.
 */
const APPLIED_LIFE_SECONDS = 86_400;

const ADD_TALLY = readFileSync(path.join(__dirname, 'add-tally.lua'), 'utf8');

/**
 * Counts and sketches of all processes, merged when they are added: the number of keys, and the work of reading,
 * does not depend on how many processes there are or have been. Counts have no TTL and no bound but their names';
 * latencies are a ring of five-minute buckets.
 */
export class RedisMetricsStore implements MetricsStore {
  private readonly counts = ['requests', 'statuses', 'business'].map(
    (name) => `${HASH_TAGS.metrics}:${name}`,
  );
  private readonly latencies: readonly string[];

  constructor(
    private readonly redis: Redis,
    private readonly window: LatencyWindow = ROLLING_HOUR,
  ) {
    this.latencies = Array.from(
      { length: window.buckets },
      (_, place) => `${HASH_TAGS.metrics}:latencies:${place}`,
    );
  }

  async add({ processId, sequence, tally }: Batch): Promise<void> {
    const keys = [`${HASH_TAGS.metrics}:applied:${processId}`, ...this.counts, ...this.latencies];
    await orUnavailable(
      this.redis.eval(
        ADD_TALLY,
        keys.length,
        ...keys,
        sequence,
        APPLIED_LIFE_SECONDS,
        this.window.bucketSeconds,
        ENDPOINTS_MAX,
        OTHER,
        countsOf(tally),
        ...sketchesOf(tally),
      ),
    );
  }

  async read(): Promise<Tally> {
    // All are on their way before the first answer: one wait, and each with the deadline that a pipeline lacks.
    const [counts, buckets] = await orUnavailable(
      Promise.all([
        Promise.all(this.counts.map((key) => this.redis.hgetall(key))),
        Promise.all(this.latencies.map((key) => this.redis.hgetallBuffer(key))),
      ]),
    );
    return toTally(counts, buckets);
  }
}

async function orUnavailable<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw new Unavailable('redis', `metrics: ${(error as Error).message}`, { cause: error });
  }
}

function countsOf({ requests, statuses, business }: Tally): string {
  return JSON.stringify({
    requests: Object.fromEntries(requests),
    statuses: Object.fromEntries(statuses),
    business: Object.fromEntries(business),
  });
}

function sketchesOf({ latencies }: Tally): (string | Buffer)[] {
  return [...latencies].flatMap(([endpoint, sketch]) => [endpoint, encodeSketch(sketch.toRecord())]);
}

function toTally(
  [requests = {}, statuses = {}, business = {}]: readonly Record<string, string>[],
  buckets: readonly Record<string, Buffer>[],
): Tally {
  const tally = new Tally();
  for (const [name, count] of Object.entries(requests)) increase(tally.requests, name, Number(count));
  for (const [name, count] of Object.entries(statuses)) increase(tally.statuses, name, Number(count));
  for (const [name, count] of Object.entries(business)) {
    tally.addBusiness(name as BusinessEvent, Number(count));
  }
  for (const [endpoint, bytes] of buckets.flatMap((bucket) => Object.entries(bucket))) {
    tally.addLatencies(endpoint, decodeSketch(bytes));
  }
  return tally;
}
