import { setTimeout as pause } from 'node:timers/promises';
import type { TransactionSql } from 'postgres';
import type { Sql } from './sql';
import { inTransaction } from './transaction';

/** An arbitrary constant that names the lock of our migrations among all advisory locks of the database. */
const ADVISORY_LOCK = 7_242_018;
/** Maximum wait for another migration to end, and the interval of checks, in milliseconds. */
const LOCK_WAIT_MS = 60_000;
const LOCK_POLL_MS = 100;
/** Maximum wait of a migration's statement for a table lock: traffic queues behind it meanwhile. */
const TABLE_LOCK_TIMEOUT = '1s';
/** Pause before a migration retries its table locks, so that traffic is served, in milliseconds. */
const TABLE_LOCK_PAUSE_MS = 2_000;
/** Maximum time for retries while others hold a table, in milliseconds. */
const TABLE_LOCKS_WAIT_MS = 20_000;
/** SQLSTATE of a lock timeout. */
const LOCK_NOT_AVAILABLE = '55P03';
/** Time limit of a migration, in milliseconds. */
const MIGRATION_TIMEOUT_MS = 86_400_000;

export interface Patience {
  /** Maximum time for retries while others hold a table, in milliseconds. */
  readonly tableLocksMs?: number;
  /** Called with what a migration waits for. */
  readonly onWait?: (why: string) => void;
}

type Work<T> = (transaction: TransactionSql) => Promise<T>;

/**
 * Runs the work in a transaction while no other migration runs. It polls for the lock instead of waiting inside
 * `pg_advisory_xact_lock`: a waiting statement holds a snapshot, and a statement that waits for snapshots would deadlock
 * with it. If others hold a table that the work changes, the transaction is reverted and retried.
 */
export async function withMigrationLock<T>(sql: Sql, patience: Patience, work: Work<T>): Promise<T> {
  const { tableLocksMs = TABLE_LOCKS_WAIT_MS, onWait = () => {} } = patience;
  const began = performance.now();
  for (;;) {
    const outcome = await attempt(sql, work);
    if (typeof outcome === 'object') return outcome.done;
    const waitedMs = performance.now() - began;
    if (outcome === 'another migration is running') {
      if (waitedMs > LOCK_WAIT_MS)
        throw new Error(`Another migration has been running for ${LOCK_WAIT_MS / 1_000} s`);
      await pause(LOCK_POLL_MS);
    } else {
      if (waitedMs > tableLocksMs) throw inUse(waitedMs);
      onWait('A table to be changed is in use; traffic goes first, and the migration is retried in 2 s.');
      await pause(TABLE_LOCK_PAUSE_MS);
    }
  }
}

async function attempt<T>(
  sql: Sql,
  work: Work<T>,
): Promise<{ readonly done: T } | 'another migration is running' | 'a table is in use'> {
  try {
    return await inTransaction(
      sql,
      async (transaction) => {
        const [row] = await transaction<[{ locked: boolean }]>`
          select pg_try_advisory_xact_lock(${ADVISORY_LOCK}) as locked`;
        if (!row.locked) return 'another migration is running';
        await transaction.unsafe(`set local lock_timeout = '${TABLE_LOCK_TIMEOUT}'`);
        return { done: await work(transaction) };
      },
      MIGRATION_TIMEOUT_MS,
    );
  } catch (error) {
    if ((error as { code?: string }).code === LOCK_NOT_AVAILABLE) return 'a table is in use';
    throw error;
  }
}

const inUse = (waitedMs: number): Error =>
  new Error(
    `A table to be changed was in use for ${Math.round(waitedMs / 1_000)} s: every wait for it ended in a lock timeout. ` +
      'Nothing was changed. Stop what uses it, such as a long report or a dump, and run the migration again',
  );
