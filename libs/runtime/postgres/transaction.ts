import type { ReservedSql, TransactionSql } from 'postgres';
import { Unavailable, within } from '../lifecycle/deadline';
import { asOutage } from './outage';
import { DATABASE_TIMEOUT_MS, inTime, type Sql } from './sql';

/** What postgres.js calls a connection. */
interface Connection {
  /** Called once when the connection is lost. */
  onclose: ((error: Error) => void) | null;
  /** Closes it, whatever it is doing; the pool opens another one when it needs it. */
  terminate(): void;
}

/** Longest time for a transaction that waits for nothing but locks, in milliseconds. */
const TRANSACTION_TIMEOUT_MS = 30_000;

/**
 * Runs the work in one transaction. One that fails ends with its connection, and PostgreSQL then reverts it: `sql.begin` of
 * postgres.js (3.4.9) sends ROLLBACK instead, which on a connection that was lost throws where nothing can catch it
 * (https://github.com/porsager/postgres/issues/1208).
 * @throws {Unavailable} when PostgreSQL is unavailable, or the time is up
 */
export async function inTransaction<T>(
  sql: Sql,
  work: (transaction: TransactionSql) => Promise<T>,
  timeoutMs = TRANSACTION_TIMEOUT_MS,
): Promise<T> {
  const session = await openSession(sql);
  const connection = await begin(session);
  let failure: Error | null = null;
  const lost = new Promise<never>((_, reject) => {
    connection.onclose = (error) => reject((failure = error));
  });
  const late = (): Error => (failure = new Unavailable('database', `no answer within ${timeoutMs} ms`));
  const transaction = guarded(session, () => failure);
  try {
    const done = await within(Promise.race([lost, commitAfter(transaction, work)]), timeoutMs, late);
    connection.onclose = null;
    session.release();
    return done;
  } catch (error) {
    failure = error as Error;
    connection.terminate();
    throw asOutage(error);
  }
}

/**
 * Reserves a connection that is open. One that `reserve` of postgres.js (3.4.9) opens itself is never given out where array
 * types are not fetched.
 */
async function openSession(sql: Sql): Promise<ReservedSql> {
  await inTime(sql`select 1`);
  const reserving = sql.reserve();
  let isLate = false;
  const late = (): Error => {
    isLate = true;
    return new Unavailable('database', `no connection within ${DATABASE_TIMEOUT_MS} ms`);
  };
  reserving.then(
    (session) => isLate && session.release(),
    () => {},
  );
  try {
    return await within(reserving, DATABASE_TIMEOUT_MS, late);
  } catch (error) {
    throw asOutage(error);
  }
}

async function commitAfter<T>(
  transaction: TransactionSql,
  work: (transaction: TransactionSql) => Promise<T>,
): Promise<T> {
  const done = await work(transaction);
  const { command } = await transaction`commit`;
  if (command !== 'COMMIT') throw new Error(`The transaction was not committed: PostgreSQL said ${command}`);
  return done;
}

/** Begins a transaction. Resolves to its connection. */
async function begin(session: ReservedSql): Promise<Connection> {
  let connection: Connection | undefined;
  const onexecute = (carrier: Connection): boolean => {
    connection = carrier;
    return true;
  };
  try {
    await session.unsafe('begin', [], { onexecute } as object);
  } catch (error) {
    throw asOutage(error);
  }
  return connection as unknown as Connection;
}

/** The session until its transaction has failed; from then on nothing can be sent on it, because it may be another's. */
function guarded(session: ReservedSql, failure: () => Error | null): TransactionSql {
  const check = (): void => {
    const error = failure();
    if (error !== null) throw error;
  };
  return new Proxy(session as unknown as TransactionSql, {
    apply: (target, self, parts: unknown[]) => {
      check();
      return Reflect.apply(target as unknown as (...given: unknown[]) => unknown, self, parts);
    },
    get: (target, name) => {
      check();
      return Reflect.get(target, name) as unknown;
    },
  });
}
