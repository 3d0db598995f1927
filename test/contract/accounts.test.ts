import {
  deliver,
  describeActivationRepositoryContract,
  describeExpiredRegistrationsContract,
  describeOwedMailAdministrationContract,
  describeOwedMailRepositoryContract,
  guessWrong,
  guest,
  redeem,
  registerAndDeliver,
  type Stage,
} from '@app/activation/testing';
import { describeUserRepositoryContract, kevin } from '@app/users/testing';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { postgresStage } from './postgres-stage';

/** The advisory lock of scheduled purges. */
const PURGE_LOCK = 7_242_019;

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

const create = () => postgresStage(database);

describeUserRepositoryContract('PostgreSQL', create);
describeActivationRepositoryContract('PostgreSQL', create);
describeOwedMailRepositoryContract('PostgreSQL', create);
describeOwedMailAdministrationContract('PostgreSQL', create);
describeExpiredRegistrationsContract('PostgreSQL', create);

describe('concurrent purges', () => {
  const purge = async (stage: Stage, limit: number): Promise<number> =>
    (await stage.dead.purge({ olderThanSeconds: 0, limit })).deleted;

  it('skip rows locked by another transaction without waiting', async () => {
    const stage = await create();
    const people = [guest(1), guest(2), guest(3)];
    for (const person of people) await registerAndDeliver(stage, person);
    await stage.advanceTime(3_600);
    await database.sql.begin(async (other) => {
      await other`select 1 from users where email = ${guest(1).email} for update`;
      expect(await purge(stage, 100)).toBe(2);
      expect(await stage.account(guest(1).email)).not.toBeNull();
    });
    expect(await purge(stage, 100)).toBe(1);
  });

  it('delete each row once', async () => {
    const stage = await create();
    for (let n = 0; n < 30; n += 1) await registerAndDeliver(stage, guest(n));
    await stage.advanceTime(3_600);
    const deleted = await Promise.all(Array.from({ length: 6 }, () => purge(stage, 10)));
    const rest = await purge(stage, 100);
    expect([...deleted, rest].reduce((sum, count) => sum + count, 0)).toBe(30);
  });

  it('leave everything to a running exclusive purge', async () => {
    const stage = await create();
    await registerAndDeliver(stage, kevin());
    await stage.advanceTime(3_600);
    const batch = { olderThanSeconds: 0, limit: 100, alone: true };
    await database.sql.begin(async (other) => {
      await other`select pg_advisory_xact_lock(${PURGE_LOCK})`;
      expect(await stage.dead.purge(batch)).toEqual({ deleted: 0, place: null });
    });
    expect(await stage.dead.purge(batch)).toMatchObject({ deleted: 1 });
  });

  it('spare a registration that is replaced during the purge', async () => {
    const stage = await create();
    await registerAndDeliver(stage, kevin());
    await stage.advanceTime(3_600);
    const owner = kevin();
    const [, deleted] = await Promise.all([stage.users.add(owner), purge(stage, 100)]);
    expect(deleted).toBeLessThanOrEqual(1);
    expect(await stage.users.findByEmail(owner.email)).toMatchObject({ id: owner.id });
    await deliver(stage, owner.code.mailId);
  });
});

describe('what the database keeps', () => {
  it('contains no address outside the accounts: failed attempts are stored under a digest', async () => {
    const stage = await create();
    const account = await registerAndDeliver(stage, kevin());
    await stage.activations.redeem({
      accountId: account.id,
      mailId: account.code.mailId,
      right: false,
      maxWrongTries: 3,
      requestId: null,
      requestDigest: null,
    });
    const [row] =
      await database.sql`select address_days::text as whole, wrong_tries from address_days where cardinality(wrong_tries) > 0`;
    expect(row).toMatchObject({ wrong_tries: expect.anything() });
    expect(row?.['whole']).not.toContain('kevin');
  });
});

describe('the events of an account', () => {
  const told = async (): Promise<string[]> => {
    const rows = await database.sql<{ type: string; account_id: string; replaced_by: string | null }[]>`
      select type, account_id, data ->> 'replaced_by' as replaced_by from events order by ordinal`;
    return rows.map((row) => [row.type, row.account_id, row.replaced_by].filter(Boolean).join(' '));
  };

  it('are written with each change, and never without one', async () => {
    const stage = await create();
    const [stranger, owner] = [kevin(), kevin()];
    await registerAndDeliver(stage, stranger);
    await stage.users.add(owner);
    await guessWrong(stage, stranger, 3);
    await stage.users.add(owner);
    await deliver(stage, owner.code.mailId);
    await redeem(stage, owner, true);
    await redeem(stage, owner, true);
    await stage.users.erase(owner, 'digest', null);
    await stage.users.erase(owner, 'digest', null);
    expect((await told()).sort()).toEqual(
      [
        `user.registered ${stranger.id}`,
        `user.replaced ${stranger.id} ${owner.id}`,
        `user.registered ${owner.id}`,
        `user.activated ${owner.id}`,
        `user.deleted ${owner.id}`,
      ].sort(),
    );
  });
});
