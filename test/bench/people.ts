import { randomUUID } from 'node:crypto';
import { CodeDeriver } from '@app/activation';
import { DEVELOPMENT_SECRET_KEY, type Sql } from '@app/runtime';
import type { Call } from './http-load';

export const PASSWORD = 'SecurePass123';

export const signUp = (): Call => ({
  method: 'POST',
  path: '/api/v1/users/register',
  body: { email: `${randomUUID()}@example.com`, password: PASSWORD },
});

export const signUps = (count: number): Call[] => Array.from({ length: count }, signUp);

/** Adds accounts whose codes have just been mailed, and resolves to the calls that activate them. */
export async function activations(sql: Sql, count: number, passwordHash: string): Promise<Call[]> {
  const codes = new CodeDeriver(DEVELOPMENT_SECRET_KEY);
  const accounts = Array.from({ length: count }, () => ({
    id: randomUUID(),
    email: `${randomUUID()}@example.com`,
    password_hash: passwordHash,
    mail_id: randomUUID(),
    code_expires_at: new Date(Date.now() + 600_000),
    mail_sent_at: new Date(),
  }));
  await sql`insert into users ${sql(accounts)}`;
  return accounts.map(({ email, mail_id }) => ({
    method: 'POST',
    path: '/api/v1/users/activate',
    headers: { Authorization: `Basic ${Buffer.from(`${email}:${PASSWORD}`).toString('base64')}` },
    body: { activation_code: codes.derive({ mailId: mail_id, digits: 4, keyId: null }) },
  }));
}
