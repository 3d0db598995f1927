import { randomUUID } from 'node:crypto';
import { BullModule } from '@nestjs/bullmq';
import { Global, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Doorbell, OwedWorkModule, WORKER_LOST_SECONDS } from '@app/owed-work';
import { bullMqOptions } from '@app/owed-work/bullmq';
import { PostgresWorkerHeartbeats } from '@app/owed-work/testing';
import { createLogger, Environment, Logger, parseEnvironment, Sql } from '@app/runtime';
import { DoorbellProcessor } from '../../apps/mailer-worker/src/doorbell.processor';
import { Sweep } from '../../apps/mailer-worker/src/sweep';
import { createDatabase } from '../support/postgres';
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

describe('The heartbeats of workers', () => {
  it('show that the clock may have been set back, and still report dead workers in time', async () => {
    const database = await createDatabase();
    const { sql } = database;
    try {
      const heartbeats = new PostgresWorkerHeartbeats(sql);
      const [own, dead] = [randomUUID(), randomUUID()] as const;
      const beats = [await heartbeats.beat(own), await heartbeats.beat(own), await heartbeats.beat(dead)];
      expect(beats).toEqual([true, false, true]);
      const ahead = sql`interval '1 hour'`;
      await sql`update worker_heartbeats set seen_at = seen_at + ${ahead}, steady_since = steady_since + ${ahead}`;
      expect([await heartbeats.beat(own), await heartbeats.beat(own)]).toEqual([true, false]);
      const late = sql`make_interval(secs => ${WORKER_LOST_SECONDS + 1})`;
      await sql`update worker_heartbeats set seen_at = seen_at - ${late}, steady_since = steady_since - ${late}`;
      await sql`update worker_heartbeats set seen_at = now() where worker_id = ${own}`;
      expect(await heartbeats.lost(own)).toEqual([dead]);
    } finally {
      await database.drop();
    }
  });
});
