import type { Sql } from '@app/runtime';

/** Writes registrations whose codes expired unused from three hours ago on, one second apart. */
export async function insertExpired(sql: Sql, count: number): Promise<void> {
  await sql`
    insert into users (id, email, password_hash, created_at, mail_id, code_expires_at, mail_sent_at)
    select gen_random_uuid(), 'dead' || n || '@example.com', 'x', died - interval '1 minute',
           gen_random_uuid(), died, died - interval '1 minute'
    from generate_series(1, ${count}::int) as n, lateral (select now() - interval '3 hours' + n * interval '1 ms' as died) as death`;
}

/** Writes a registration of long ago whose mail is owed, due in ten minutes. */
export async function insertOwed(sql: Sql, email: string, error: string | null = null): Promise<void> {
  await sql`
    insert into users (id, email, password_hash, created_at, mail_id, mail_due_at, mail_attempts, mail_last_error)
    values (gen_random_uuid(), ${email}, 'x', now() - interval '9 days', gen_random_uuid(),
            now() + interval '10 minutes', 2, ${error})`;
}

/** Writes a registration whose mail was given up just now. */
export async function insertGivenUp(sql: Sql, email: string, error: string): Promise<void> {
  await sql`
    insert into users (id, email, password_hash, mail_id, mail_given_up_at, mail_attempts, mail_last_error)
    values (gen_random_uuid(), ${email}, 'x', gen_random_uuid(), now(), 7, ${error})`;
}

export async function insertActivated(sql: Sql, email: string): Promise<void> {
  await sql`
    insert into users (id, email, password_hash, created_at, activated_at)
    values (gen_random_uuid(), ${email}, 'x', now() - interval '9 days', now() - interval '9 days')`;
}

/** The addresses in the table, in order. */
export async function addresses(sql: Sql): Promise<string[]> {
  const rows = await sql<{ email: string }[]>`select email from users order by email`;
  return rows.map(({ email }) => email);
}
