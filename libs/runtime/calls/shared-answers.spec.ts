import { SharedAnswers } from './shared-answers';

const failed = new Error('unavailable');

describe('SharedAnswers', () => {
  it('ask once for all who want the same answer at the same moment, and once more for the next', async () => {
    const answers = new SharedAnswers<number>();
    let asked = 0;
    const ask = (): Promise<number> => Promise.resolve((asked += 1));
    expect(await Promise.all([answers.get('one', ask), answers.get('one', ask)])).toEqual([1, 1]);
    expect(await Promise.all([answers.get('one', ask), answers.get('another', ask)])).toEqual([2, 3]);
  });

  it('let those who waited ask in turn where the first question failed', async () => {
    const answers = new SharedAnswers<number>();
    let asked = 0;
    const ask = (): Promise<number> => ((asked += 1) < 3 ? Promise.reject(failed) : Promise.resolve(asked));
    const tries = await Promise.allSettled(Array.from({ length: 5 }, () => answers.get('one', ask)));
    expect(tries.map(({ status }) => status)).toEqual([
      'rejected',
      'rejected',
      ...Array(3).fill('fulfilled'),
    ]);
    expect(asked).toBe(3);
  });

  it('remember an answer, but no failure, for as long as they are told to', async () => {
    jest.useFakeTimers({ now: 0, doNotFake: ['setImmediate', 'nextTick'] });
    try {
      const answers = new SharedAnswers<number>(1_000);
      let asked = 0;
      const ask = (): Promise<number> =>
        (asked += 1) === 1 ? Promise.reject(failed) : Promise.resolve(asked);
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
