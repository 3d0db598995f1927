import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Migrations, parseEnvironment } from '@app/runtime';
import { createSql } from '@app/runtime/testing';
import { until } from '../../support/until';
import type { Seen } from '../report';
import type { Stage } from '../stage';
import { ms } from './outages';

const STARTERS = 4;
const RECOVERY_MS = 5_000;

/** Several hosts deploy concurrently. */
export async function migrateAtOnce({ postgres }: Stage): Promise<Seen> {
  const name = `migrated_${Date.now()}`;
  await postgres.createDatabase(name);
  const statuses = await Promise.all(Array.from({ length: STARTERS }, () => postgres.migrate(name)));
  return {
    promised: 'every one ends well',
    seen: `${STARTERS} concurrently, exits ${statuses.join(' ')}`,
    recovery: null,
    broken: statuses.every((status) => status === 0) ? [] : [`exits ${statuses.join(' ')}`],
  };
}

const NEXT = `-- migrate:up
alter table users add column nickname text not null default '';
create index users_nickname on users (nickname);
-- migrate:down
alter table users drop column nickname;
`;

/** The schema moves on under code that knows nothing of it, and waits for a table lock in vain before that. */
export async function migrateUnderLoad(stage: Stage): Promise<Seen> {
  const folder = mkdtempSync(path.join(tmpdir(), 'migrations-'));
  cpSync('db/migrations', folder, { recursive: true });
  writeFileSync(path.join(folder, '9999_nickname.sql'), NEXT);
  const sql = createSql(parseEnvironment(stage.postgres.env()));
  const migrations = new Migrations(sql, folder);
  const load = stage.load();
  try {
    const reader = await stage.sql.reserve();
    await reader`begin`;
    await reader`select 1 from users limit 1`;
    const inVain = await migrations.up().then(
      () => 'went through',
      // The runner of migrations wraps what PostgreSQL said.
      (error: unknown) => {
        const { cause, message } = error as Error;
        return (cause as { code?: string } | undefined)?.code ?? message;
      },
    );
    const released = performance.now();
    const newcomer = await until('sign-ups work again', () => load.acknowledgedAfter(released), 30_000);
    await reader`commit`;
    reader.release();

    const began = performance.now();
    await migrations.up();
    await until('sign-ups work on the new schema', () => load.acknowledgedAfter(performance.now() - 50));
    await migrations.down();
    const ended = performance.now();
    await load.stop();
    const during = load.signUps.filter(({ startedAt }) => startedAt >= began && startedAt <= ended);
    const refused = during.filter(({ status }) => status !== 201);
    const recoveredMs = newcomer.endedAt - released;
    return {
      promised: 'old code keeps working; the wait for a lock is short',
      seen: `${during.length} sign-ups during it, ${refused.length} refused; behind a reader it ended with ${inVain}`,
      recovery: `sign-up ${ms(recoveredMs)}`,
      broken: [
        ...(await stage.ledger.settle(10)),
        ...refused.map(({ email, status }) => `${email} was answered ${status}`),
        ...(inVain === '55P03' ? [] : [`the migration behind a reader ended with ${inVain}`]),
        ...(recoveredMs > RECOVERY_MS ? [`sign-ups worked again only after ${ms(recoveredMs)}`] : []),
      ],
    };
  } finally {
    await load.stop();
    await sql.end({ timeout: 1 });
    rmSync(folder, { recursive: true, force: true });
  }
}
