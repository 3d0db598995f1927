import type { Child } from '../../../tools/processes/child';
import type { Figure } from '../figures';
import { celeryMails } from '../peers';
import { runProgram } from '../programs/program';
import { Sink } from '../sink';
import type { Stage } from '../stage';

const CONNECTIONS = 10;
/** Mails per round for Celery, which is slower. */
const CELERY_COUNT = 1_000;

/** One-node mode has no Redis: the doorbell is PostgreSQL's. */
const MODES = {
  Redis: { target: 0.6, env: {} },
  'one node': { target: 0.5, env: { REDIS_HOST: '' } },
} as const;

/**
 * A worker with a backlog, compared with a bare nodemailer pool, and in the full form with Celery: to the same mail
 * server, from the first mail to the last.
 */
export async function mailBacklog(stage: Stage): Promise<Figure[]> {
  const sink = await Sink.start();
  try {
    const figures: Figure[] = [];
    for (const mode of ['Redis', 'one node'] as const) figures.push(...(await backlog(stage, sink, mode)));
    return figures;
  } finally {
    await sink.stop();
  }
}

async function backlog(stage: Stage, sink: Sink, mode: keyof typeof MODES): Promise<Figure[]> {
  const count = stage.size(500, 10_000);
  const rounds: number[] = [];
  const rates: number[] = [];
  const celery: number[] = [];
  const worker = await stage.spawn('mailer-worker', {
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(sink.port),
    MAIL_CONCURRENCY: String(CONNECTIONS),
    ...MODES[mode].env,
  });
  try {
    await stage.database.sql`truncate users`;
    // The round before the first warms up.
    for (let round = -1; round < stage.rounds; round += 1) {
      const size = round < 0 ? 200 : count;
      const bare = await sink.rateOf(size, async () => {
        await runProgram('bare-nodemailer', { port: sink.port, count: size, connections: CONNECTIONS });
      });
      const ours = await sink.rateOf(size, () => owe(stage, size));
      if (round < 0) continue;
      rounds.push(ours / bare);
      rates.push(ours);
      if (stage.full && mode === 'Redis') celery.push(ours / (await celeryRate(stage, sink)));
    }
  } finally {
    await worker.stop();
  }
  const job = `mail backlog, ${mode}`;
  return [
    {
      table: 'speed',
      job,
      figure: 'mails/s ÷ a bare pooled nodemailer',
      unit: '',
      target: { atLeast: MODES[mode].target },
      rounds,
    },
    { table: 'speed', job, figure: 'the worker’s own rate', unit: 'mails/s', target: null, rounds: rates },
    ...(celery.length > 0 ? [comparedWithCelery(celery)] : []),
  ];
}

const comparedWithCelery = (rounds: number[]): Figure => ({
  table: 'speed',
  job: 'mail backlog, Redis',
  figure: 'mails/s ÷ Celery’s',
  unit: '',
  target: { atLeast: 5 },
  rounds,
  note: `Celery with ${CONNECTIONS} processes and no database; each mail has its own connection, whose greeting the mail server holds back for 0.1 s`,
});

async function celeryRate(stage: Stage, sink: Sink): Promise<number> {
  const mails = { redis: stage.redis.port, smtp: sink.port, count: CELERY_COUNT };
  let worker: Child | undefined;
  try {
    return await sink.rateOf(CELERY_COUNT, async () => {
      worker = await celeryMails(mails, CONNECTIONS);
    });
  } finally {
    await worker?.stop(10_000);
  }
}

/** Adds accounts that are owed a mail. */
export async function owe({ database: { sql } }: Stage, count: number): Promise<void> {
  await sql`
    insert into users (id, email, password_hash, mail_id, mail_due_at)
    select gen_random_uuid(), gen_random_uuid() || '@example.com', 'x', gen_random_uuid(), now()
    from generate_series(1, ${count}::int)`;
}
