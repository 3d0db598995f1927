import { guest, registerAndActivate, registerAndDeliver } from '@app/activation/testing';
import { kevin } from '@app/users/testing';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { postgresRepositories } from '../support/repositories';
import { postgresStage } from './postgres-stage';

describe('endUndeliverable', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(() => database.drop());

  const end = async (mailId: string, reason: string): Promise<boolean> => {
    const { administration } = await postgresRepositories(database.sql, database.environment);
    return await administration.endUndeliverable(mailId, reason);
  };
  const events = () => database.sql<{ account_id: string }[]>`
    select account_id from events where type = 'user.undeliverable' order by ordinal`;

  it('ends a registration once, with its event, and frees the address', async () => {
    const stage = await postgresStage(database);
    const account = await registerAndDeliver(stage, kevin());
    expect(await end(account.code.mailId, 'bounced: failed 5.1.1')).toBe(true);
    expect(await end(account.code.mailId, 'bounced: failed 5.1.1')).toBe(false);
    expect((await events()).map((event) => event.account_id)).toEqual([account.id]);
    const [owed] = await stage.administration.list(1);
    expect(owed).toMatchObject({ dueAt: null, lastError: 'bounced: failed 5.1.1' });
    await stage.register(kevin({ id: guest(7).id, code: guest(7).code }));
  });

  it('changes nothing for an activated account or an unknown mail', async () => {
    const stage = await postgresStage(database);
    const before = (await events()).length;
    const activated = await registerAndActivate(stage, guest(1));
    expect(await end(activated.code.mailId, 'x')).toBe(false);
    expect(await end(guest(2).code.mailId, 'x')).toBe(false);
    expect(await events()).toHaveLength(before);
    expect((await stage.account(activated.email))?.activatedAt).not.toBeNull();
  });
});
