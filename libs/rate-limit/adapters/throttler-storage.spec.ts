import { Controller, Get } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import request from 'supertest';
import type { Charge } from '../domain/rate-limiter';
import { InProcessRateLimiter } from './in-process-rate-limiter';
import { SlidingWindowThrottlerStorage } from './throttler-storage';
import { UnlimitedRateLimiter } from './unlimited-rate-limiter';

const SECRET = 'a secret of these tests, 32 long';
const frozen = { elapsed: () => 1_000_000, unix: () => 1_700_000_000_000_000 };

@Controller()
class Greeting {
  @Get()
  hello(): string {
    return 'hello';
  }
}

describe('SlidingWindowThrottlerStorage', () => {
  it('takes milliseconds and gives seconds, as @nestjs/throttler expects', async () => {
    const storage = new SlidingWindowThrottlerStorage(new InProcessRateLimiter(frozen), SECRET);
    const hit = () => storage.increment('somebody', 60_000, 2, 60_000, 'default');
    expect(await hit()).toEqual({ totalHits: 1, timeToExpire: 60, isBlocked: false, timeToBlockExpire: 0 });
    expect(await hit()).toEqual({ totalHits: 2, timeToExpire: 60, isBlocked: false, timeToBlockExpire: 0 });
    expect(await hit()).toEqual({ totalHits: 3, timeToExpire: 60, isBlocked: true, timeToBlockExpire: 60 });
  });

  it('keeps nothing of the key it is given', async () => {
    const seen: Charge[] = [];
    const limiter = new InProcessRateLimiter();
    const watched = {
      settle: (charges: readonly Charge[]) => {
        seen.push(...charges);
        return limiter.settle(charges);
      },
    };
    const storage = new SlidingWindowThrottlerStorage(watched, SECRET);
    await storage.increment('192.0.2.7', 60_000, 2, 0, 'one');
    await storage.increment('192.0.2.7', 60_000, 2, 0, 'other');
    expect(seen.map(({ key }) => key)).toEqual([
      expect.stringMatching(/^[\w-]{22}$/),
      expect.stringMatching(/^[\w-]{22}$/),
    ]);
    expect(seen[0]?.key).not.toBe(seen[1]?.key);
  });

  it('refuses nothing where limits are switched off', async () => {
    const storage = new SlidingWindowThrottlerStorage(new UnlimitedRateLimiter(), SECRET);
    for (let index = 0; index < 3; index += 1) {
      expect(await storage.increment('somebody', 60_000, 1, 0, 'default')).toMatchObject({
        isBlocked: false,
      });
    }
  });

  it("serves the library's own guard", async () => {
    const storage = new SlidingWindowThrottlerStorage(new InProcessRateLimiter(frozen), SECRET);
    const module = await Test.createTestingModule({
      imports: [
        ThrottlerModule.forRoot({ storage, throttlers: [{ name: 'default', limit: 2, ttl: 60_000 }] }),
      ],
      controllers: [Greeting],
      providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }],
    }).compile();
    const app = module.createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    const get = () => request(app.getHttpServer()).get('/');
    const first = await get();
    expect([
      first.status,
      first.headers['x-ratelimit-remaining'],
      first.headers['x-ratelimit-reset'],
    ]).toEqual([200, '1', '60']);
    expect((await get()).status).toBe(200);
    const third = await get();
    expect([third.status, third.headers['retry-after']]).toEqual([429, '60']);
    await app.close();
  });
});
