import { OneAtATime, SharedAnswers } from './shared-calls';

describe('OneAtATime', () => {
  /** A task whose runs end when the test resolves them. */
  const controlled = () => {
    const runs: PromiseWithResolvers<number>[] = [];
    const task = new OneAtATime(() => {
      const run = withResolvers<number>();
      runs.push(run);
      return run.promise;
    });
    return { runs, task };
  };

  it('lets any number of callers share one running and one waiting call', async () => {
    const { runs, task } = controlled();
    const first = task.run();
    const later = Array.from({ length: 100 }, () => task.run());
    expect(runs).toHaveLength(1);
    runs[0]?.resolve(1);
    expect(await first).toBe(1);
    await Promise.resolve();
    expect(runs).toHaveLength(2);
    runs[1]?.resolve(2);
    expect(new Set(await Promise.all(later))).toEqual(new Set([2]));
    expect(runs).toHaveLength(2);
  });

  it('never runs two calls concurrently', async () => {
    let running = 0;
    let most = 0;
    const task = new OneAtATime(async () => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
    });
    const calls: Promise<void>[] = [];
    for (let turn = 0; turn < 200; turn += 1) {
      calls.push(task.run());
      if (turn % 3 === 0) await Promise.resolve();
    }
    await Promise.all(calls);
    expect(most).toBe(1);
  });

  it('runs again after a failure for callers that wait', async () => {
    const { runs, task } = controlled();
    const first = task.run();
    const second = task.run();
    runs[0]?.reject(new Error('away'));
    await expect(first).rejects.toThrow('away');
    await Promise.resolve();
    runs[1]?.resolve(2);
    expect(await second).toBe(2);
    const third = task.run();
    runs[2]?.resolve(3);
    expect(await third).toBe(3);
  });
});

interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve: (value: T) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

const failed = new Error('unavailable');

describe('SharedAnswers', () => {
  it('make one call for all callers that want the same answer, and another for the next', async () => {
    const answers = new SharedAnswers<number>();
    let calls = 0;
    const ask = (): Promise<number> => Promise.resolve((calls += 1));
    expect(await Promise.all([answers.get('one', ask), answers.get('one', ask)])).toEqual([1, 1]);
    expect(await Promise.all([answers.get('one', ask), answers.get('another', ask)])).toEqual([2, 3]);
  });

  it('let waiting callers retry one by one if the first call failed', async () => {
    const answers = new SharedAnswers<number>();
    let calls = 0;
    const ask = (): Promise<number> => ((calls += 1) < 3 ? Promise.reject(failed) : Promise.resolve(calls));
    const tries = await Promise.allSettled(Array.from({ length: 5 }, () => answers.get('one', ask)));
    expect(tries.map(({ status }) => status)).toEqual([
      'rejected',
      'rejected',
      ...Array(3).fill('fulfilled'),
    ]);
    expect(calls).toBe(3);
  });

  it('remember an answer, but no failure, for the configured time', async () => {
    jest.useFakeTimers({ now: 0, doNotFake: ['setImmediate', 'nextTick'] });
    try {
      const answers = new SharedAnswers<number>(1_000);
      let calls = 0;
      const ask = (): Promise<number> =>
        (calls += 1) === 1 ? Promise.reject(failed) : Promise.resolve(calls);
      await expect(answers.get('one', ask)).rejects.toBe(failed);
      expect(await answers.get('one', ask)).toBe(2);
      jest.advanceTimersByTime(999);
      expect(await answers.get('one', ask)).toBe(2);
      jest.advanceTimersByTime(1);
      expect(await answers.get('one', ask)).toBe(3);
    } finally {
      jest.useRealTimers();
    }
  });
});
