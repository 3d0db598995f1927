import { recordEvent } from '@app/events';
import { createDatabase, type TestDatabase } from '../../support/postgres';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

const KEVIN = '01900000-0000-7000-8000-000000000001';

async function change(type: 'user.registered' | 'user.deleted' | 'user.replaced', withEmail: boolean) {
  const { sql } = database;
  const environment = { EVENTS_INCLUDE_EMAIL: withEmail };
  const from = `(select '${KEVIN}'::uuid as id, 'kevin@example.com' as email,
    '2026-01-02 03:04:05.678+01'::timestamptz as created_at, null::timestamptz as activated_at)`;
  const replacedBy = type === 'user.replaced' ? { replacedBy: `'${KEVIN}'::uuid` } : {};
  const event = { type, from, request: { id: 'request-7' }, ...replacedBy };
  await sql`truncate events`;
  await sql`with told as (${recordEvent(sql, environment, event)}) select`;
  const [row] = await sql`select * from events`;
  return row;
}

describe('a recorded event', () => {
  it('contains the account, its activation and the time, but no address', async () => {
    const row = await change('user.registered', false);
    expect(row).toMatchObject({ type: 'user.registered', account_id: KEVIN, request_id: 'request-7' });
    expect(row?.['data']).toEqual({
      user_id: KEVIN,
      is_activated: false,
      created_at: '2026-01-02T02:04:05.678Z',
    });
    expect(row).toMatchObject({ position: null, due_at: null, delivered_at: null });
  });

  it('has a UUID version 7 that starts with the time', async () => {
    const row = await change('user.registered', false);
    const id = String(row?.['id']);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const madeAt = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
    expect(Math.abs(madeAt - Date.now())).toBeLessThan(60_000);
  });

  it('contains the address if configured, but never for a deleted account', async () => {
    expect((await change('user.registered', true))?.['data']).toMatchObject({ email: 'kevin@example.com' });
    expect((await change('user.deleted', true))?.['data']).not.toHaveProperty('email');
  });

  it('contains the registration that replaced an expired one', async () => {
    expect((await change('user.replaced', false))?.['data']).toMatchObject({ replaced_by: KEVIN });
  });
});
