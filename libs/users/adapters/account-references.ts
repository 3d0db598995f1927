import type { PendingQuery, Row } from 'postgres';
import { inTime, type Sql } from '@app/runtime';
import { REQUESTS_SEARCHED } from '../domain/account-directory';
import { UUID } from '../domain/import-line';
import { PATIENCE_MS } from './postgres-operator-trail';

/** Query for the accounts that a request changed, in the newest events. Their ids are ordered by time. */
export const accountsOfRequest = (sql: Sql, requestId: string): PendingQuery<Row[]> => sql`
  select account_id from (
    select account_id, request_id from events order by id desc limit ${REQUESTS_SEARCHED}) as newest
  where request_id = ${requestId}`;

/** Id of an account that left traces, whether it still exists or not. */
export async function findPastId(sql: Sql, reference: string): Promise<string | null> {
  const id = UUID.test(reference) ? reference.toLowerCase() : null;
  const [past] = await inTime(sql<{ id: string }[]>`
    select account_id as id from events where account_id = ${id}
    union all select account_id from erasures where account_id = ${id}
    union all select account_id from audit where account_id = ${id}
    limit 1`);
  if (past !== undefined) return past.id;
  const [caused] = await inTime(
    sql<{ account_id: string }[]>`${accountsOfRequest(sql, reference)} limit 1`,
    PATIENCE_MS,
  );
  return caused?.account_id ?? null;
}
