import { randomBytes, randomUUID } from 'node:crypto';
import { CodeDeriver } from '@app/activation';
import { DEVELOPMENT_SECRET_KEY, type Sql } from '@app/runtime';
import type { Call } from './http-load';

export const PASSWORD = 'SecurePass123';

/** Makes the sign-ups of one load appear to come from many clients, each of which may have a part of the queue. */
export const FROM_MANY = { TRUST_PROXY: '127.0.0.1' };

const fromAnyone = () => ({ 'X-Forwarded-For': `10.${[...randomBytes(3)].join('.')}` });

export const signUp = (): Call => ({
  method: 'POST',
  path: '/api/v1/users/register',
  headers: fromAnyone(),
  body: { email: `${randomUUID()}@example.com`, password: PASSWORD },
});

export const signUps = (count: number): Call[] => Array.from({ length: count }, signUp);

/** Adds accounts whose codes have just been mailed; resolves to the calls that activate them. */
export async function activations(sql: Sql, count: number, passwordHash: string): Promise<Call[]> {
  const accounts = Array.from({ length: count }, () => ({
    id: randomUUID(),
    email: `${randomUUID()}@example.com`,
    password_hash: passwordHash,
    mail_id: randomUUID(),
    code_expires_at: new Date(Date.now() + 600_000),
    mail_sent_at: new Date(),
  }));
  await sql`insert into users ${sql(accounts)}`;
  const codes = new CodeDeriver(DEVELOPMENT_SECRET_KEY);
  return accounts.map(({ email, mail_id: mailId }) =>
    activation(email, codes.derive({ mailId, digits: 4, keyId: null })),
  );
}

/** The call that activates an account with a code. */
export const activation = (email: string, code: string): Call => ({
  method: 'POST',
  path: '/api/v1/users/activate',
  headers: {
    ...fromAnyone(),
    Authorization: `Basic ${Buffer.from(`${email}:${PASSWORD}`).toString('base64')}`,
  },
  body: { activation_code: code },
});
