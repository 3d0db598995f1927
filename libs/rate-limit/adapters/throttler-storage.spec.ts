import { InProcessRateLimiter } from './in-process-rate-limiter';
import { SlidingWindowThrottlerStorage } from './throttler-storage';

describe('SlidingWindowThrottlerStorage', () => {
  it('takes milliseconds and gives seconds, as @nestjs/throttler expects', async () => {
    const storage = new SlidingWindowThrottlerStorage(new InProcessRateLimiter(() => 1_700_000_000_000_000));
    const hit = () => storage.increment('somebody', 60_000, 2, 60_000, 'default');
    expect(await hit()).toEqual({ totalHits: 1, timeToExpire: 60, isBlocked: false, timeToBlockExpire: 0 });
    expect(await hit()).toEqual({ totalHits: 2, timeToExpire: 60, isBlocked: false, timeToBlockExpire: 0 });
    expect(await hit()).toEqual({ totalHits: 3, timeToExpire: 60, isBlocked: true, timeToBlockExpire: 60 });
  });
});
