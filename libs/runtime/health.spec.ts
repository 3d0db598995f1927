import { CachedCheck } from './health';

describe('CachedCheck', () => {
  it('asks once for all who ask within a second, and tells all of them', async () => {
    jest.useFakeTimers({ now: 0, doNotFake: ['setImmediate', 'nextTick'] });
    try {
      let asked = 0;
      let failing = false;
      const check = new CachedCheck(async () => {
        asked += 1;
        if (failing) throw new Error('away');
      });
      jest.advanceTimersByTime(10);
      await Promise.all([check.check(), check.check()]);
      expect(asked).toBe(1);
      failing = true;
      jest.advanceTimersByTime(999);
      await expect(check.check()).resolves.toBeUndefined();
      jest.advanceTimersByTime(1);
      await expect(check.check()).rejects.toThrow('away');
      await expect(check.check()).rejects.toThrow('away');
      expect(asked).toBe(2);
      failing = false;
      jest.advanceTimersByTime(1_000);
      await expect(check.check()).resolves.toBeUndefined();
      expect(asked).toBe(3);
    } finally {
      jest.useRealTimers();
    }
  });
});
