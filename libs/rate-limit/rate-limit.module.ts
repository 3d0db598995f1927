import { Module } from '@nestjs/common';
import { Logger, Redis } from '@app/runtime';
import { InProcessWindows } from './adapters/in-process-windows';
import { RedisWindows } from './adapters/redis-windows';
import { SlidingWindowStorage } from './sliding-window-storage';

/** SlidingWindowStorage → Redis with this process as fallback, or only this process in one-node mode. */
@Module({
  providers: [{ provide: SlidingWindowStorage, inject: [Redis, Logger], useFactory: slidingWindowStorage }],
  exports: [SlidingWindowStorage],
})
export class RateLimitModule {}

/** The storage of a process, with or without Redis. */
export function slidingWindowStorage(redis: Redis | null, logger: Logger): SlidingWindowStorage {
  const shared = redis === null ? null : new RedisWindows(redis);
  return new SlidingWindowStorage(shared, new InProcessWindows(), logger);
}
