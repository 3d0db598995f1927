import { HealthIndicatorService } from '@nestjs/terminus';
import { CachedIndicator } from './health';

describe('CachedIndicator', () => {
  it('checks once for all callers within a second, and gives them no reason', async () => {
    jest.useFakeTimers({ now: 0, doNotFake: ['setImmediate', 'nextTick'] });
    try {
      const up = { database: { status: 'up' } };
      const down = { database: { status: 'down' } };
      let asked = 0;
      let failing = false;
      const indicator = new CachedIndicator(new HealthIndicatorService(), 'database', async () => {
        asked += 1;
        if (failing) throw new Error('password authentication failed');
      });
      jest.advanceTimersByTime(10);
      expect(await Promise.all([indicator.isHealthy(), indicator.isHealthy()])).toEqual([up, up]);
      expect(asked).toBe(1);
      failing = true;
      jest.advanceTimersByTime(999);
      expect(await indicator.isHealthy()).toEqual(up);
      jest.advanceTimersByTime(1);
      expect(await indicator.isHealthy()).toEqual(down);
      expect(await indicator.isHealthy()).toEqual(down);
      expect(asked).toBe(2);
      failing = false;
      jest.advanceTimersByTime(1_000);
      expect(await indicator.isHealthy()).toEqual(up);
      expect(asked).toBe(3);
    } finally {
      jest.useRealTimers();
    }
  });
});
