import { setImmediate as turn } from 'node:timers/promises';
import { HashingQueue, WAIT_MAX_MS } from './hashing-queue';

const unavailable = { name: 'Unavailable', dependency: 'hashing' };

/** A job that ends on command. */
class Job {
  started = false;
  finish: () => void = () => {};
  fail: (error: Error) => void = () => {};

  readonly run = (): Promise<string> => {
    this.started = true;
    return new Promise((resolve, reject) => {
      this.finish = () => resolve('done');
      this.fail = reject;
    });
  };
}

const jobs = (count: number): Job[] => Array.from({ length: count }, () => new Job());
const startedOf = (all: readonly Job[]): number[] => all.flatMap((job, n) => (job.started ? [n] : []));

describe('HashingQueue', () => {
  it('runs as many jobs concurrently as there are slots, and the rest in order of arrival', async () => {
    const queue = new HashingQueue(2);
    const all = jobs(5);
    const results = all.map((job) => queue.run(job.run));
    await turn();
    expect(startedOf(all)).toEqual([0, 1]);
    expect([queue.load.running, queue.load.waiting]).toEqual([2, 3]);
    all[1]?.finish();
    await turn();
    expect(startedOf(all)).toEqual([0, 1, 2]);
    all[0]?.finish();
    all[2]?.finish();
    await turn();
    expect(startedOf(all)).toEqual([0, 1, 2, 3, 4]);
    all[3]?.finish();
    all[4]?.finish();
    expect(await Promise.all(results)).toEqual(Array(5).fill('done'));
    expect([queue.load.running, queue.load.waiting]).toEqual([0, 0]);
  });

  it('gives the slot of a failed job to the next one', async () => {
    const queue = new HashingQueue(1);
    const [bad, good] = [new Job(), new Job()];
    const first = queue.run(bad.run);
    const second = queue.run(good.run);
    await turn();
    bad.fail(new Error('no entropy'));
    await expect(first).rejects.toThrow('no entropy');
    await turn();
    expect(good.started).toBe(true);
    good.finish();
    await expect(second).resolves.toBe('done');
    expect(queue.load.running).toBe(0);
  });

  it('immediately refuses jobs when the queue is full, and counts them', async () => {
    const queue = new HashingQueue(1);
    const all = jobs(1 + 8);
    const results = all.map((job) => queue.run(job.run));
    const late = new Job();
    await expect(queue.run(late.run)).rejects.toMatchObject(unavailable);
    expect(late.started).toBe(false);
    expect(queue.load.rejected).toBe(1);
    expect(queue.refusal()).toMatchObject(unavailable);
    expect(queue.load.rejected).toBe(2);
    for (const job of all) {
      job.finish();
      await turn();
      await turn();
    }
    await Promise.all(results);
    expect(queue.refusal()).toBeUndefined();
    const next = new Job();
    const result = queue.run(next.run);
    next.finish();
    await expect(result).resolves.toBe('done');
  });

  it('accepts only what can be served in time: slow jobs shorten the queue, fast ones lengthen it', async () => {
    jest.useFakeTimers({ now: 0, doNotFake: ['setImmediate'] });
    try {
      const capacityAfterJobsOf = async (ms: number): Promise<number> => {
        const queue = new HashingQueue(2);
        const measured = new Job();
        const result = queue.run(measured.run);
        jest.advanceTimersByTime(ms);
        measured.finish();
        await result;
        const waiting = jobs(1_100).map((job) => queue.run(job.run));
        const places = queue.load.waiting;
        for (const each of waiting) each.catch(() => {});
        return places;
      };
      expect(await capacityAfterJobsOf(100)).toBe((WAIT_MAX_MS * 2) / 100);
      expect(await capacityAfterJobsOf(20)).toBe((WAIT_MAX_MS * 2) / 20);
      expect(await capacityAfterJobsOf(10_000)).toBe(8);
      expect(await capacityAfterJobsOf(1)).toBe(1_000);
    } finally {
      jest.useRealTimers();
    }
  });

  it('removes a client that has left, and lets the others move up', async () => {
    const queue = new HashingQueue(1);
    const [running, leaving, staying] = [new Job(), new Job(), new Job()];
    const gone = new AbortController();
    const first = queue.run(running.run);
    const left = queue.run(leaving.run, { gone: gone.signal });
    const last = queue.run(staying.run);
    await turn();
    gone.abort();
    await expect(left).rejects.toMatchObject(unavailable);
    expect(queue.load.waiting).toBe(1);
    running.finish();
    await turn();
    expect([leaving.started, staying.started]).toEqual([false, true]);
    staying.finish();
    await Promise.all([first, last]);
    expect(queue.load.running).toBe(0);
  });

  it('gives no slot to a client that left before it asked', async () => {
    const queue = new HashingQueue(1);
    const job = new Job();
    await expect(queue.run(job.run, { gone: AbortSignal.abort() })).rejects.toMatchObject(unavailable);
    const running = new Job();
    const first = queue.run(running.run);
    await expect(queue.run(job.run, { gone: AbortSignal.abort() })).rejects.toMatchObject(unavailable);
    expect(job.started).toBe(false);
    expect([queue.load.running, queue.load.waiting, queue.load.rejected]).toEqual([1, 0, 0]);
    running.finish();
    await first;
  });

  it('finishes a running job whose client leaves, because a hash cannot be stopped', async () => {
    const queue = new HashingQueue(1);
    const [job, next] = [new Job(), new Job()];
    const gone = new AbortController();
    const waiting = new Job();
    const first = queue.run(waiting.run);
    const second = queue.run(job.run, { gone: gone.signal });
    const third = queue.run(next.run);
    await turn();
    waiting.finish();
    await turn();
    expect(job.started).toBe(true);
    gone.abort();
    expect([queue.load.running, queue.load.waiting]).toEqual([1, 1]);
    job.finish();
    await expect(second).resolves.toBe('done');
    next.finish();
    await turn();
    next.finish();
    await Promise.all([first, third]);
    expect(queue.load.running).toBe(0);
  });

  it('gives one client at most a quarter of the queue', async () => {
    const queue = new HashingQueue(1);
    const others = jobs(5);
    const [running, first, second] = [new Job(), new Job(), new Job()];
    const results = [queue.run(running.run)];
    for (const job of [first, second]) results.push(queue.run(job.run, { client: 'a' }));
    await expect(queue.run(new Job().run, { client: 'a' })).rejects.toMatchObject(unavailable);
    expect(queue.hasCapacity('a')).toBe(false);
    expect(queue.hasCapacity('b')).toBe(true);
    results.push(...others.map((job, n) => queue.run(job.run, { client: `other ${n}` })));
    for (const job of [running, first, second, ...others]) {
      await turn();
      job.finish();
    }
    expect(await Promise.all(results)).toHaveLength(8);
  });

  it('lets the client with the most places give way when a full queue meets another client', async () => {
    const queue = new HashingQueue(1);
    const all = jobs(9);
    const last = new Job();
    const clients = ['a', 'a', 'b', 'b', 'c', 'c', 'd', 'd'];
    const results = all.map((job, n) => queue.run(job.run, { client: clients[n - 1] }));
    const ended = Promise.allSettled(results);
    expect(queue.load.waiting).toBe(8);
    const late = queue.run(last.run, { client: 'late' });
    expect(queue.load.waiting).toBe(8);
    for (const job of [...all, last]) {
      await turn();
      job.finish();
    }
    await expect(late).resolves.toBe('done');
    expect((await ended).filter(({ status }) => status === 'rejected')).toHaveLength(1);
  });
});
