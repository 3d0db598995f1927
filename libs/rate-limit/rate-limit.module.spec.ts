import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { createLogger, Logger, Redis } from '@app/runtime';
import { InProcessWindows } from './adapters/in-process-windows';
import { RateLimitModule } from './rate-limit.module';
import { SlidingWindowStorage } from './sliding-window-storage';
import { charge } from './testing';

@Global()
@Module({})
class Runtime {
  static with(redis: Partial<Redis> | null): DynamicModule {
    return {
      module: Runtime,
      providers: [
        { provide: Logger, useValue: createLogger({ level: 'silent', app: 'test' }) },
        { provide: Redis, useValue: redis },
      ],
      exports: [Logger, Redis],
    };
  }
}

async function storageWith(redis: Partial<Redis> | null): Promise<SlidingWindowStorage> {
  const module = await Test.createTestingModule({
    imports: [Runtime.with(redis), RateLimitModule],
  }).compile();
  return module.get(SlidingWindowStorage);
}

describe('RateLimitModule', () => {
  it('counts in Redis if it is configured, with this process as fallback', async () => {
    const evalsha = jest.fn(() => Promise.reject(new Error('no answer in time')));
    const storage = await storageWith({ evalsha });
    let fallbacks = 0;
    storage.onFallback = () => (fallbacks += 1);
    expect((await storage.settle([charge()]))[0]?.allowed).toBe(true);
    expect([fallbacks, storage.fallenBack]).toEqual([1, true]);
    expect(evalsha).toHaveBeenCalled();
    storage.onApplicationShutdown();
  });

  it('counts in this process in one-node mode, without reporting a fallback', async () => {
    const storage = await storageWith(null);
    storage.onFallback = () => {
      throw new Error('There is nothing to fall back from');
    };
    const one = charge({ max: 1 });
    expect((await storage.settle([one]))[0]?.allowed).toBe(true);
    expect((await storage.settle([one]))[0]?.allowed).toBe(false);
  });

  it('rethrows an error of the shared store that is not an outage', async () => {
    const logger = createLogger({ level: 'silent', app: 'test' });
    const broken = { settle: () => Promise.reject(new TypeError('a bug')) };
    const storage = new SlidingWindowStorage(broken, new InProcessWindows(), logger);
    await expect(storage.settle([charge()])).rejects.toThrow('a bug');
  });
});
