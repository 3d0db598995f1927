import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Migrations, parseEnvironment } from '@app/runtime';
import { createSql } from '@app/runtime/testing';
import { until } from '../../support/until';
import type { Observed } from '../report';
import type { Stage } from '../stage';
import { ms } from './outages';

const STARTERS = 4;
const RECOVERY_MS = 5_000;

/** Several hosts deploy concurrently. */
export async function migrateConcurrently({ postgres }: Stage): Promise<Observed> {
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

/** The schema changes under old code, while a long-running reader locks the table for some time. */
export async function migrateUnderLoad(stage: Stage): Promise<Observed> {
  const folder = mkdtempSync(path.join(tmpdir(), 'migrations-'));
  cpSync('db/migrations', folder, { recursive: true });
  writeFileSync(path.join(folder, '9999_nickname.sql'), NEXT);
  const sql = createSql(parseEnvironment(stage.postgres.env()));
  let waits = 0;
  const migrations = new Migrations(sql, folder, { onWait: () => (waits += 1) });
  const load = stage.load();
  try {
    // With type fetching off, postgres.js never hands out a connection that was opened for a reservation.
    await stage.sql`select 1`;
    const reader = await stage.sql.reserve();
    await reader`begin`;
    await reader`select 1 from users limit 1`;
    const behind = performance.now();
    const applying = migrations.up();
    await until('it waits for the reader, and lets traffic go first', () => waits > 1, 20_000);
    await reader`commit`;
    reader.release();
    const released = performance.now();
    const applied = await applying;
    const appliedMs = performance.now() - released;
    const waited = load.signUps.filter(({ startedAt }) => startedAt >= behind && startedAt <= released);
    const slowestMs = Math.max(0, ...waited.map(({ startedAt, endedAt }) => endedAt - startedAt));
    await until('sign-ups work on the new schema', () => load.acknowledgedAfter(performance.now() - 50));
    await migrations.down();
    const ended = performance.now();
    await load.stop();
    const during = load.signUps.filter(({ startedAt }) => startedAt >= behind && startedAt <= ended);
    const refused = during.filter(({ status }) => status !== 201);
    return {
      promised: 'old code keeps working; the wait for a lock is short; it ends well',
      seen: `${during.length} sign-ups during it, ${refused.length} refused, the slowest behind a reader ${ms(slowestMs)}`,
      recovery: `migration ${ms(appliedMs)}`,
      broken: [
        ...(await stage.ledger.settle(10)),
        ...refused.map(({ email, status }) => `${email} was answered ${status}`),
        ...(applied.length === 1 ? [] : [`behind a reader these were applied: ${applied.join(', ')}`]),
        ...(appliedMs > RECOVERY_MS ? [`it was applied only ${ms(appliedMs)} after the reader ended`] : []),
      ],
    };
  } finally {
    await load.stop();
    await sql.end({ timeout: 1 });
    rmSync(folder, { recursive: true, force: true });
  }
}
