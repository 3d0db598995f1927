import type { TransactionSql } from 'postgres';
import type { Sql } from '@app/runtime';
import type { ImportedAccount, ImportOutcome } from '../domain/account-administration';

interface Existing {
  readonly id: string;
  readonly email: string;
  readonly password_hash: string;
  readonly activated_at: Date | null;
}

/**
 * Adds what no account is in the way of. The batch travels as one JSON text: thousands of parameters would each be
 * named and parsed. Resolves to the addresses added.
 */
export async function insertImported(
  sql: TransactionSql,
  accounts: readonly ImportedAccount[],
): Promise<string[]> {
  const batch = accounts.map((account) => ({
    id: account.id,
    email: account.email,
    password_hash: account.passwordHash,
    created_at: account.createdAt,
    activated_at: account.activatedAt,
  }));
  const rows = await sql<{ email: string }[]>`
    insert into users (id, email, password_hash, created_at, activated_at)
    select id, email, password_hash, created_at, activated_at
    from json_to_recordset(${JSON.stringify(batch)}::text::json)
      as given (id uuid, email text, password_hash text, created_at timestamptz, activated_at timestamptz)
    on conflict do nothing
    returning email`;
  return rows.map(({ email }) => email);
}

/** Tells accounts that were imported before from those that something is in the way of. */
export async function whyNotAdded(
  sql: TransactionSql | Sql,
  accounts: readonly ImportedAccount[],
): Promise<Omit<ImportOutcome, 'added'>> {
  if (accounts.length === 0) return { present: 0, refused: [] };
  const keys = accounts.map(({ id, email }) => ({ id, email }));
  const rows = await sql<Existing[]>`
    with given as (
      select * from json_to_recordset(${JSON.stringify(keys)}::text::json) as given (id uuid, email text)
    )
    select users.id, users.email, password_hash, activated_at from users join given on users.email = given.email
    union
    select users.id, users.email, password_hash, activated_at from users join given on users.id = given.id`;
  const byAddress = new Map(rows.map((row) => [row.email, row]));
  const byId = new Map(rows.map((row) => [row.id, row]));
  const refused: { line: number; reason: string }[] = [];
  let present = 0;
  for (const account of accounts) {
    const holder = byAddress.get(account.email);
    if (holder !== undefined && isSame(account, holder)) present += 1;
    else if (holder !== undefined) refused.push({ line: account.line, reason: reasonOf(holder) });
    else if (account.id !== null && byId.has(account.id)) {
      refused.push({ line: account.line, reason: 'id belongs to another account' });
    }
  }
  return { present, refused };
}

/** The hash may have been renewed since, so the moment of activation decides, too. */
const isSame = (account: ImportedAccount, holder: Existing): boolean =>
  holder.activated_at !== null &&
  (holder.id === account.id ||
    holder.password_hash === account.passwordHash ||
    holder.activated_at.getTime() === account.activatedAt.getTime());

const reasonOf = (holder: Existing): string =>
  holder.activated_at === null
    ? 'email belongs to a registration that waits for its code; import it again in a minute'
    : 'email belongs to another account';
