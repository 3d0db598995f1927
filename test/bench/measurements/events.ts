import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { PostgresEventLog } from '@app/events/testing';
import type { Sql } from '@app/runtime';
import { until } from '../../support/until';
import type { Figure } from '../figures';
import { expectAll } from '../http-load';
import { signUps } from '../people';
import type { Stage } from '../stage';
import { msOf } from './cpu';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
/** As many events as the mailer-worker places in one transaction. */
const BATCH = 1_000;
/** Sign-ups of each api per round. */
const TURNS = 10;
const BACKLOG_TIMEOUT_MS = 120_000;

/** Waiting events: placed by the sequencer alone, and placed and delivered by a worker. */
export async function webhookBacklog(stage: Stage): Promise<Figure[]> {
  const count = stage.size(3_000, 10_000);
  const { sql, environment } = stage.database;
  const sequenced: number[] = [];
  const delivered: number[] = [];
  for (let round = 0; round < stage.rounds; round += 1) {
    await sql`truncate events`;
    await write(sql, count);
    sequenced.push(await sequencingRate(new PostgresEventLog(sql, environment), count));
  }
  await sql`truncate events`;
  const receiver = await Receiver.start();
  const worker = await stage.spawn('mailer-worker', {
    WEBHOOK_URL: receiver.url,
    WEBHOOK_SECRET: SECRET,
  });
  try {
    // The round before the first warms up.
    for (let round = -1; round < stage.rounds; round += 1) {
      const size = round < 0 ? 500 : count;
      const rate = await receiver.rateOf(size, () => write(sql, size));
      if (round >= 0) delivered.push(rate);
    }
  } finally {
    await worker.stop();
    receiver.stop();
    await sql`truncate events`;
  }
  const job = `${count.toLocaleString('en-US')} waiting events`;
  const note = 'an absolute rate; with the receiver on the same cores';
  return [
    {
      table: 'speed',
      job,
      figure: 'events/s to a local receiver',
      unit: '',
      target: { atLeast: 500 },
      rounds: delivered,
      note,
    },
    { table: 'speed', job, figure: 'sequenced/s', unit: '', target: { atLeast: 10_000 }, rounds: sequenced },
  ];
}

/**
 * Processor time of a sign-up with its event, compared with the same api whose statements write no event. Linux only.
 */
export async function eventsCost(stage: Stage): Promise<Figure[]> {
  const calls = 250;
  const ratios: number[] = [];
  const cost = { BCRYPT_COST: '4' };
  const preload = path.join(__dirname, '../programs/without-events.js');
  await stage.withApi(cost, async (told) => {
    await stage.withApi({ ...cost, NODE_OPTIONS: `--require ${preload}` }, async (silent) => {
      const spent = ({ load, child }: typeof told): Promise<number> =>
        msOf([child.pid, stage.redis.pid, stage.postgresPid], calls, async () => {
          expectAll(await load.closed(signUps(calls), 4), 201);
        });
      // V8 compiles code that runs often.
      for (const api of [told, silent, told, silent]) await spent(api);
      for (let round = 0; round < stage.rounds; round += 1) {
        // Garbage collection and autovacuum run at any time: short turns spread them over both.
        let withEvent = 0;
        let without = 0;
        for (let turn = 0; turn < TURNS; turn += 1) {
          withEvent += await spent(told);
          without += await spent(silent);
        }
        ratios.push(withEvent / without);
      }
    });
  });
  return [
    {
      table: 'speed',
      job: 'register, cost 4',
      figure: 'CPU with its event ÷ without',
      unit: '',
      target: { atMost: 1.06 },
      rounds: ratios,
    },
  ];
}

/** As many accounts as events: nothing waits for an earlier event of its account. */
async function write(sql: Sql, count: number): Promise<void> {
  await sql`
    insert into events (type, account_id, data)
    select 'user.registered', account, jsonb_build_object('user_id', account, 'is_activated', false)
    from (select gen_random_uuid() as account from generate_series(1, ${count}::int)) as fresh`;
}

async function sequencingRate(log: PostgresEventLog, count: number): Promise<number> {
  const began = performance.now();
  for (let placed = 0; placed < count;) placed += await log.sequence(BATCH, true);
  return (count * 1_000) / (performance.now() - began);
}

/** Accepts every webhook. */
class Receiver {
  private taken = 0;
  private readonly server = createServer((request, response) => {
    request.resume().once('end', () => {
      this.taken += 1;
      response.writeHead(204).end();
    });
  });

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    receiver.server.listen(0, '127.0.0.1');
    await once(receiver.server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  /** Seconds from the commit of the events to the last of them. */
  async rateOf(count: number, owe: () => Promise<void>): Promise<number> {
    const end = this.taken + count;
    await owe();
    const began = performance.now();
    await until('all events have arrived', () => this.taken >= end, BACKLOG_TIMEOUT_MS);
    return (count * 1_000) / (performance.now() - began);
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
