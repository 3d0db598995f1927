import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { getStorageToken } from '@nestjs/throttler';
import { Redis as IORedis } from 'ioredis';
import { createLogger, Environment, Logger, parseEnvironment, Redis } from '@app/runtime';
import { FallbackRateLimiter } from './adapters/fallback-rate-limiter';
import { InProcessRateLimiter } from './adapters/in-process-rate-limiter';
import { SlidingWindowThrottlerStorage } from './adapters/throttler-storage';
import { UnlimitedRateLimiter } from './adapters/unlimited-rate-limiter';
import { Limits } from './domain/limits';
import { RateLimiter } from './domain/rate-limiter';
import { RateLimitModule } from './rate-limit.module';

@Global()
@Module({})
class Runtime {
  static with(environment: Environment, redis: Redis | null): DynamicModule {
    return {
      module: Runtime,
      providers: [
        { provide: Environment, useValue: environment },
        { provide: Logger, useValue: createLogger({ level: 'silent', app: 'test' }) },
        { provide: Redis, useValue: redis },
      ],
      exports: [Environment, Logger, Redis],
    };
  }
}

async function compile(raw: NodeJS.ProcessEnv, redis: Redis | null = null) {
  const environment = parseEnvironment(raw);
  return await Test.createTestingModule({
    imports: [Runtime.with(environment, redis), RateLimitModule.forApp(environment)],
  }).compile();
}

describe('RateLimitModule', () => {
  const unconnected = new IORedis({ lazyConnect: true });
  afterAll(() => unconnected.disconnect());

  it('counts in Redis where there is one, with this process to fall back on', async () => {
    const module = await compile({ REDIS_HOST: '127.0.0.1' }, unconnected);
    expect(module.get(RateLimiter)).toBeInstanceOf(FallbackRateLimiter);
  });

  it('counts in this process in one-node mode', async () => {
    expect((await compile({})).get(RateLimiter)).toBeInstanceOf(InProcessRateLimiter);
  });

  it('counts nothing where limits are switched off', async () => {
    const module = await compile({ REDIS_HOST: '127.0.0.1', ENABLE_RATE_LIMITING: 'false' }, unconnected);
    expect(module.get(RateLimiter)).toBeInstanceOf(UnlimitedRateLimiter);
  });

  it('gives the throttler our storage and our limits', async () => {
    const module = await compile({ RATE_LIMIT_ACTIVATION_PER_MINUTE: '7' });
    expect(module.get(getStorageToken(), { strict: false })).toBeInstanceOf(SlidingWindowThrottlerStorage);
    expect(module.get<Limits>(Limits)).toEqual({
      global: { name: 'global', max: 1_000, windowMs: 60_000 },
      registration: { name: 'registration', max: 5, windowMs: 3_600_000 },
      activation: { name: 'activation', max: 7, windowMs: 60_000 },
      credentials: { name: 'credentials', max: 7, windowMs: 60_000 },
      resend: { name: 'resend', max: 1, windowMs: 60_000 },
    });
  });
});
