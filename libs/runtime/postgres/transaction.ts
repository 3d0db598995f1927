import type { ReservedSql, TransactionSql } from 'postgres';
import { Unavailable, within } from '../lifecycle/deadline';
import { asOutage } from './outage';
import { DATABASE_TIMEOUT_MS, inTime, type Sql } from './sql';

/** The private connection object of postgres.js. */
interface Connection {
  /** Called once when the connection is lost. */
  onclose: ((error: Error) => void) | null;
  /** Closes it in any state; the pool opens another one when it needs it. */
  terminate(): void;
}

/** Time limit of a transaction, which waits for locks only, in milliseconds. */
const TRANSACTION_TIMEOUT_MS = 30_000;

/** If this program freezes or its host is lost, the server reverts the transaction itself and releases its locks. */
const BEGIN = `begin; set local idle_in_transaction_session_timeout = ${TRANSACTION_TIMEOUT_MS}`;

/**
 * Runs the work in one transaction. A failed transaction is reverted by closing its connection: `sql.begin` of
 * postgres.js (3.4.9) sends ROLLBACK instead, which throws an uncatchable error if the connection is lost
 * (https://github.com/porsager/postgres/issues/1208).
 * @throws {Unavailable} if PostgreSQL is unavailable, or after the timeout
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
 * Reserves an open connection. Without fetched array types, `reserve` of postgres.js (3.4.9) never returns a connection
 * that it opened itself.
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
  if (command !== 'COMMIT')
    throw new Error(`The transaction was not committed: PostgreSQL answered ${command}`);
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
    await session.unsafe(BEGIN, [], { onexecute } as object);
  } catch (error) {
    throw asOutage(error);
  }
  return connection as unknown as Connection;
}

/** The session, which refuses queries after its transaction has failed, because the connection may belong to another. */
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
