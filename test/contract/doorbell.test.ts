import { BullModule } from '@nestjs/bullmq';
import { Global, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Doorbell, OwedWorkModule } from '@app/owed-work';
import { bullMqOptions } from '@app/owed-work/bullmq';
import { createLogger, Environment, Logger, parseEnvironment, Sql } from '@app/runtime';
import { DoorbellProcessor } from '../../apps/mailer-worker/src/doorbell.processor';
import { Sweep } from '../../apps/mailer-worker/src/sweep';
import { TestRedis } from '../support/redis';
import { until } from '../support/until';

/** One second for the queue, two for the worker, and some margin. */
const CLOSE_MAX_MS = 4_000;

describe('The doorbell in Redis', () => {
  let server: TestRedis;

  beforeEach(async () => {
    server = await TestRedis.start();
  });
  afterEach(async () => {
    server.resume();
    await server.stop();
  });

  const start = async () => {
    const environment = parseEnvironment({ ...server.env });
    const wakes: number[] = [];
    const providers = [
      { provide: Environment, useValue: environment },
      { provide: Logger, useValue: createLogger({ level: 'silent', app: 'test' }) },
      { provide: Sql, useValue: null },
      { provide: Sweep, useValue: { wake: () => void wakes.push(performance.now()) } },
    ];
    @Global()
    @Module({ providers, exports: providers })
    class Around {}
    const module = await Test.createTestingModule({
      imports: [
        Around,
        OwedWorkModule.forRoot(environment),
        BullModule.forRoot(bullMqOptions(environment)),
        BullModule.registerQueue(),
      ],
      providers: [DoorbellProcessor],
    }).compile();
    await module.init();
    return { module, wakes, doorbell: module.get<Doorbell>(Doorbell) };
  };

  it('reaches a worker, and combines concurrent rings', async () => {
    const { module, wakes, doorbell } = await start();
    for (let n = 0; n < 50; n += 1) doorbell.ring();
    await until('the doorbell is heard', () => wakes.length > 0);
    expect(wakes.length).toBeLessThan(5);
    await module.close();
  });

  it('lets the process end while Redis is frozen', async () => {
    const { module, wakes, doorbell } = await start();
    doorbell.ring();
    await until('the doorbell is heard', () => wakes.length > 0);
    server.pause();
    const began = performance.now();
    await module.close();
    expect(performance.now() - began).toBeLessThan(CLOSE_MAX_MS);
  });
});
