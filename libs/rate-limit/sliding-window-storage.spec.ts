import { Controller, Get } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import request from 'supertest';
import { createLogger } from '@app/runtime';
import { InProcessWindows } from './adapters/in-process-windows';
import { SlidingWindowStorage } from './sliding-window-storage';

const frozen = { elapsed: () => 1_000_000, unix: () => 1_700_000_000_000_000 };
const frozenStorage = (): SlidingWindowStorage =>
  new SlidingWindowStorage(
    null,
    new InProcessWindows(frozen),
    createLogger({ level: 'silent', app: 'test' }),
  );

@Controller()
class Greeting {
  @Get()
  hello(): string {
    return 'hello';
  }
}

describe('SlidingWindowStorage', () => {
  it('takes milliseconds and returns seconds, as @nestjs/throttler expects', async () => {
    const storage = frozenStorage();
    const hit = () => storage.increment('kevin', 60_000, 2, 60_000, 'default');
    expect(await hit()).toEqual({ totalHits: 1, timeToExpire: 60, isBlocked: false, timeToBlockExpire: 0 });
    expect(await hit()).toEqual({ totalHits: 2, timeToExpire: 60, isBlocked: false, timeToBlockExpire: 0 });
    expect(await hit()).toEqual({ totalHits: 3, timeToExpire: 60, isBlocked: true, timeToBlockExpire: 60 });
  });

  it("works with the library's own guard", async () => {
    const module = await Test.createTestingModule({
      imports: [
        ThrottlerModule.forRoot({
          storage: frozenStorage(),
          throttlers: [{ name: 'default', limit: 2, ttl: 60_000 }],
        }),
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
