import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import { Environment, Logger, Redis } from '@app/runtime';
import { FallbackRateLimiter } from './adapters/fallback-rate-limiter';
import { InProcessRateLimiter } from './adapters/in-process-rate-limiter';
import { RedisRateLimiter } from './adapters/redis-rate-limiter';
import { SlidingWindowThrottlerStorage } from './adapters/throttler-storage';
import { UnlimitedRateLimiter } from './adapters/unlimited-rate-limiter';
import { Limits, limitsFrom } from './domain/limits';
import { RateLimiter } from './domain/rate-limiter';

/** Holds the limiter, for the throttler's module and ours alike. */
@Module({})
class RateLimitStoreModule {}

/**
 * RateLimiter → Redis with a fall-back to this process, or this process alone in one-node mode, or nothing at all with
 * `ENABLE_RATE_LIMITING=false`; the throttler's storage → RateLimiter.
 */
@Module({})
export class RateLimitModule implements OnApplicationShutdown {
  constructor(@Inject(RateLimiter) private readonly limiter: RateLimiter) {}

  static forApp(environment: Environment): DynamicModule {
    const store: DynamicModule = {
      module: RateLimitStoreModule,
      providers: [
        {
          provide: RateLimiter,
          inject: [Redis, Logger],
          useFactory: (redis: Redis | null, logger: Logger): RateLimiter => {
            if (!environment.ENABLE_RATE_LIMITING) return new UnlimitedRateLimiter();
            const local = new InProcessRateLimiter();
            return redis === null
              ? local
              : new FallbackRateLimiter(new RedisRateLimiter(redis), local, logger);
          },
        },
        {
          provide: SlidingWindowThrottlerStorage,
          inject: [RateLimiter],
          useFactory: (limiter: RateLimiter) =>
            new SlidingWindowThrottlerStorage(limiter, environment.SECRET_KEY),
        },
      ],
      exports: [RateLimiter, SlidingWindowThrottlerStorage],
    };
    const limits = limitsFrom(environment);
    return {
      module: RateLimitModule,
      imports: [
        store,
        ThrottlerModule.forRootAsync({
          imports: [store],
          inject: [SlidingWindowThrottlerStorage],
          useFactory: (storage: SlidingWindowThrottlerStorage) => ({
            storage,
            throttlers: Object.values(limits).map(({ name, max, windowMs }) => ({
              name,
              limit: max,
              ttl: windowMs,
            })),
          }),
        }),
      ],
      providers: [{ provide: Limits, useValue: limits }],
      exports: [store, Limits, ThrottlerModule],
    };
  }

  onApplicationShutdown(): void {
    if (this.limiter instanceof FallbackRateLimiter) this.limiter.close();
  }
}
