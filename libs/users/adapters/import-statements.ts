import type { TransactionSql } from 'postgres';
import { accountRow } from '@app/activation';
import { recordEvent } from '@app/events';
import type { Environment, Sql } from '@app/runtime';
import type { AddedAccounts, ImportedAccount, ImportOutcome } from '../domain/account-administration';

interface Existing {
  readonly id: string;
  readonly email: string;
  readonly password_hash: string;
  readonly activated_at: Date | null;
  readonly dead: boolean;
}

/**
 * Deletes expired registrations of the imported addresses, as the next registration of an address would, and writes
 * the events. A line with the id of another account deletes none, because it is refused.
 */
export async function replaceDead(
  transaction: TransactionSql,
  sql: Sql,
  environment: Environment,
  accounts: readonly ImportedAccount[],
): Promise<void> {
  await transaction`
    with given as (
      select * from json_to_recordset(${keysOf(accounts)}::text::json) as given (id uuid, email text)
    ), gone as (
      delete from users using given
      where users.email = given.email and ${accountRow.isDead(sql)}
        and not exists (select from users as other where other.id = given.id and other.email <> given.email)
      returning users.id, users.email, users.created_at, users.activated_at, given.id as replaced_by
    )
    ${recordEvent(sql, environment, { type: 'user.replaced', from: 'gone', request: { id: null }, replacedBy: 'changed.replaced_by' })}`;
}

const keysOf = (accounts: readonly ImportedAccount[]): string =>
  JSON.stringify(accounts.map(({ id, email }) => ({ id, email })));

/**
 * Adds accounts without conflicts. The batch is sent as one JSON text, because thousands of parameters would each be
 * named and parsed. Resolves to the added addresses.
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

/**
 * Distinguishes accounts imported before from conflicts. An account without either takes its address and its id, so
 * that a dry run judges the lines after it as the import would.
 * @param added what earlier batches of the dry run would have added; this one adds its accounts
 */
export async function whyNotAdded(
  asker: TransactionSql | Sql,
  sql: Sql,
  accounts: readonly ImportedAccount[],
  added: AddedAccounts = new Map(),
): Promise<Omit<ImportOutcome, 'added'>> {
  if (accounts.length === 0) return { present: 0, refused: [] };
  const columns = sql`users.id, users.email, password_hash, activated_at, ${accountRow.isDead(sql)} as dead`;
  const rows = await asker<Existing[]>`
    with given as (
      select * from json_to_recordset(${keysOf(accounts)}::text::json) as given (id uuid, email text)
    )
    select ${columns} from users join given on users.email = given.email
    union
    select ${columns} from users join given on users.id = given.id`;
  const held = new Map(rows.flatMap((row) => [row.email, row.id].map((key) => [key, row] as const)));
  const holderOf = (key: string): Existing | undefined => {
    const earlier = added.get(key);
    return earlier === undefined ? held.get(key) : toExisting(earlier);
  };
  const refused: { line: number; reason: string }[] = [];
  let present = 0;
  for (const account of accounts) {
    const holder = holderOf(account.email);
    if (holder !== undefined && isSame(account, holder)) present += 1;
    else if (holder !== undefined && !holder.dead)
      refused.push({ line: account.line, reason: reasonOf(holder) });
    else if (isOfAnother(account, holderOf(account.id))) {
      refused.push({ line: account.line, reason: 'id belongs to another account' });
    } else {
      added.set(account.email, account).set(account.id, account);
    }
  }
  return { present, refused };
}

const toExisting = ({ id, email, passwordHash, activatedAt }: ImportedAccount): Existing => ({
  id,
  email,
  password_hash: passwordHash,
  activated_at: activatedAt,
  dead: false,
});

const isOfAnother = (account: ImportedAccount, holder: Existing | undefined): boolean =>
  holder !== undefined && holder.email !== account.email;

/** The hash may have been renewed since, so the time of activation is compared, too. */
const isSame = (account: ImportedAccount, holder: Existing): boolean =>
  holder.activated_at !== null &&
  (holder.id === account.id ||
    holder.password_hash === account.passwordHash ||
    holder.activated_at.getTime() === account.activatedAt.getTime());

const reasonOf = (holder: Existing): string =>
  holder.activated_at === null
    ? 'email belongs to a registration that waits for its code; import it again in a minute'
    : 'email belongs to another account';
