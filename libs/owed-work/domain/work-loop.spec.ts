import { createLogger, Unavailable } from '@app/runtime';
import { BackOff } from './back-off';
import type { OwedWork } from './owed-work';
import { WorkLoop } from './work-loop';

interface Item {
  readonly id: string;
}

/** Work whose claims and attempts are scripted by the test. */
class ScriptedWork implements OwedWork<Item, string> {
  readonly name = 'test';
  readonly leaseSeconds = 60;
  readonly due: string[] = [];
  readonly released: (readonly string[])[] = [];
  readonly settled: string[] = [];
  readonly finish = new Map<string, () => void>();
  losesNextClaim = false;
  refusals: Error[] = [];

  claim(limit: number): Promise<readonly Item[]> {
    const claimed = this.due.splice(0, limit).map((id) => ({ id }));
    if (!this.losesNextClaim) return Promise.resolve(claimed);
    this.losesNextClaim = false;
    return Promise.reject(new Unavailable('database', 'the answer was lost'));
  }
  release(except: readonly string[]): Promise<void> {
    this.released.push(except);
    return Promise.resolve();
  }
  attempt({ id }: Item): Promise<string> {
    return new Promise((resolve) => this.finish.set(id, () => resolve(id)));
  }
  settle(outcomes: readonly string[]): Promise<void> {
    const refusal = this.refusals.shift();
    if (refusal !== undefined) return Promise.reject(refusal);
    this.settled.push(...outcomes);
    return Promise.resolve();
  }
  setbackOf(): null {
    return null;
  }
}

const turn = (): Promise<void> => new Promise(setImmediate);

const outage = (): Error => new Unavailable('database', 'test');

function loopOver(work: ScriptedWork): WorkLoop<Item, string> {
  const isOutage = (error: unknown): boolean => error instanceof Unavailable;
  const options = { concurrency: 10, sweepMs: 60_000, settleMs: 0, isOutage };
  const backOff = new BackOff({ tolerated: 0, waitMs: { first: 1, longest: 1 } });
  return new WorkLoop(work, backOff, options, createLogger({ level: 'silent', app: 'test' }));
}

async function begunAndDone(loop: WorkLoop<Item, string>, work: ScriptedWork): Promise<void> {
  work.due.push('done');
  loop.wake();
  await turn();
  work.finish.get('done')?.();
  await turn();
}

describe('WorkLoop', () => {
  it('releases what a lost claim has leased, except items whose outcome is still to be stored', async () => {
    const work = new ScriptedWork();
    const loop = loopOver(work);
    work.due.push('done', 'in progress');
    loop.wake();
    await turn();
    work.finish.get('done')?.();
    await turn();
    expect(work.settled).toEqual(['done']);
    work.losesNextClaim = true;
    work.due.push('lost');
    loop.wake();
    await turn();
    expect(work.released).toEqual([]);
    loop.wake();
    await turn();
    expect(work.released).toEqual([['in progress']]);
    loop.wake();
    await turn();
    expect(work.released).toHaveLength(1);
    work.finish.get('in progress')?.();
    await loop.stop();
    expect(work.settled).toEqual(['done', 'in progress']);
  });

  it('stores an outcome after an outage, however long it keeps trying what the database refuses', async () => {
    const work = new ScriptedWork();
    const loop = loopOver(work);
    work.refusals = [outage(), outage()];
    await begunAndDone(loop, work);
    while (work.settled.length === 0) await turn();
    expect(work.settled).toEqual(['done']);
    await loop.stop();
  });

  it('does not wait for the end of an outage at shutdown', async () => {
    const work = new ScriptedWork();
    const loop = loopOver(work);
    work.refusals = Array.from({ length: 100 }, outage);
    await begunAndDone(loop, work);
    await loop.stop();
    expect(work.settled).toEqual([]);
  });

  it('releases an item whose outcome the database refuses', async () => {
    const work = new ScriptedWork();
    const loop = loopOver(work);
    work.refusals = [new Error('invalid')];
    await begunAndDone(loop, work);
    work.losesNextClaim = true;
    loop.wake();
    await turn();
    loop.wake();
    await turn();
    expect(work.released).toEqual([[]]);
    await loop.stop();
  });
});
