import { CodeDeriver, RequestDigester } from '@app/activation';
import {
  claimMail,
  DAY_SECONDS,
  deliver,
  dueMails,
  registerAndActivate,
  registerAndDeliver,
} from '@app/activation/testing';
import { FakeDoorbell } from '@app/owed-work/testing';
import { createLogger, parseEnvironment } from '@app/runtime';
import type { Requester } from '../domain/password-hasher';
import { FakePasswordHasher, fakeUsersStage, kevin, marie } from '../testing';
import { Register, type Registration } from './register';

const taken = { name: 'UsersError', code: 'users.email_taken' };
const logger = createLogger({ level: 'silent', app: 'test' });

/** Hashes on command, so that sign-ups can overlap. */
class SlowHasher extends FakePasswordHasher {
  private readonly waiting: (() => void)[] = [];

  override async hash(password: string, requester?: Requester): Promise<string> {
    const hash = await super.hash(password, requester);
    await new Promise<void>((resolve) => this.waiting.push(resolve));
    return hash;
  }

  /** Finishes the hashes in progress. */
  async release(): Promise<void> {
    await new Promise(setImmediate);
    for (const finish of this.waiting.splice(0)) finish();
    await new Promise(setImmediate);
  }
}

function setUp(env: NodeJS.ProcessEnv = {}, hasher = new FakePasswordHasher()) {
  const stage = fakeUsersStage();
  const doorbell = new FakeDoorbell();
  const rules = { minLength: 8, blocklist: new Set(['password1']) };
  const environment = parseEnvironment(env);
  const register = new Register(
    ...([stage.users, hasher, rules, environment, logger] as const),
    ...([new CodeDeriver('x'.repeat(32)), new RequestDigester('x'.repeat(32)), doorbell] as const),
  );
  return { stage, doorbell, hasher, register };
}

const signUp = (details: Partial<Registration> = {}): Registration => ({
  email: 'kevin@example.com',
  password: 'SecurePass123',
  locale: 'en',
  requestId: 'request-1',
  ...details,
});

describe('Register', () => {
  it('adds the account in canonical form, with a hash, and rings the doorbell for its mail', async () => {
    const { stage, doorbell, register } = setUp({ ACTIVATION_CODE_LENGTH: '6' });
    const user = await register.registerAccount(signUp({ email: ' Kevin@EXAMPLE.com', locale: 'fr' }));
    expect(user).toMatchObject({ email: 'kevin@example.com', codeDigits: 6, replayed: false });
    expect(user.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    const found = await stage.users.findByEmail(user.email);
    expect(found?.passwordHash).toContain('$');
    expect(found).toMatchObject({ activatedAt: null, code: { digits: 6 } });
    const mailId = found?.code?.mailId ?? '';
    expect(doorbell.rings).toBe(1);
    expect(await claimMail(stage, mailId)).toMatchObject({
      locale: 'fr',
      requestId: 'request-1',
    });
  });

  it.each([
    ['users.email_invalid', { email: '"kevin"@example.com' }],
    ['users.password_unfit', { password: 'short' }],
    ['users.password_unfit', { password: 'PASSWORD1' }],
    ['users.password_unfit', { password: 'x'.repeat(73) }],
  ])('refuses with %s before any work is done', async (code, details) => {
    const { hasher, stage, register } = setUp();
    await expect(register.registerAccount(signUp(details))).rejects.toMatchObject({ code });
    expect(hasher.hashed).toBe(0);
    expect(stage.accounts.rows.size).toBe(0);
  });

  it('finishes once the row is written, whether or not the doorbell works', async () => {
    const { stage, register } = setUp();
    const user = await register.registerAccount(signUp());
    const found = await stage.users.findByEmail(user.email);
    expect(await dueMails(stage)).toEqual([found?.code?.mailId]);
  });

  it('acknowledges nothing that is not stored', async () => {
    const { stage, doorbell, register } = setUp();
    stage.users.unavailable = true;
    await expect(register.registerAccount(signUp())).rejects.toMatchObject({ dependency: 'database' });
    stage.users.unavailable = false;
    expect(doorbell.rings).toBe(0);
    await expect(register.registerAccount(signUp())).resolves.toMatchObject({ email: 'kevin@example.com' });
  });

  it('refuses a taken address without ringing the doorbell', async () => {
    const { stage, doorbell, register } = setUp();
    await registerAndDeliver(stage, kevin());
    await expect(register.registerAccount(signUp())).rejects.toMatchObject(taken);
    expect(doorbell.rings).toBe(0);
  });

  describe('concurrent sign-ups', () => {
    it('hashes once per address', async () => {
      const { hasher, register } = setUp({}, new SlowHasher());
      const same = Array.from({ length: 40 }, () => register.registerAccount(signUp()));
      const other = register.registerAccount(signUp({ email: 'marie@example.com' }));
      const settled = Promise.allSettled(same);
      await (hasher as SlowHasher).release();
      const tries = await settled;
      expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const each of tries) if (each.status === 'rejected') expect(each.reason).toMatchObject(taken);
      await expect(other).resolves.toMatchObject({ email: 'marie@example.com' });
      expect(hasher.hashed).toBe(2);
    });

    it('lets the next one try if the first fails', async () => {
      const { hasher, register, stage } = setUp({}, new SlowHasher());
      const first = expect(register.registerAccount(signUp())).rejects.toMatchObject({
        dependency: 'database',
      });
      const second = register.registerAccount(signUp());
      stage.users.unavailable = true;
      await (hasher as SlowHasher).release();
      await first;
      stage.users.unavailable = false;
      await (hasher as SlowHasher).release();
      await expect(second).resolves.toMatchObject({ email: 'kevin@example.com' });
      expect(hasher.hashed).toBe(2);
    });

    it('forgets an address once its sign-up is finished', async () => {
      const { stage, register } = setUp();
      const first = await register.registerAccount(signUp());
      await deliver(stage, stage.accounts.state(first.email)?.code?.mailId ?? '');
      await stage.advanceTime(61);
      await expect(register.registerAccount(signUp())).resolves.not.toMatchObject({ id: first.id });
    });
  });

  describe('with registered addresses concealed', () => {
    const concealed = { CONCEAL_REGISTERED_EMAILS: 'true' };

    it('gives the same answer for a taken address as for a free one, after the same work', async () => {
      const { stage, doorbell, hasher, register } = setUp(concealed);
      const account = await registerAndActivate(stage, kevin());
      const before = stage.accounts.state(account.email);
      const free = await register.registerAccount(signUp({ email: 'marie@example.com' }));
      expect([hasher.hashed, doorbell.rings]).toEqual([1, 1]);
      const pretended = await register.registerAccount(signUp());
      expect([hasher.hashed, doorbell.rings]).toEqual([2, 2]);
      expect(pretended).toMatchObject({ email: 'kevin@example.com', replayed: false });
      expect(Object.keys(pretended).sort()).toEqual(Object.keys(free).sort());
      expect(pretended.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
      expect(pretended.id).not.toBe(account.id);
      expect(stage.accounts.state(account.email)).toEqual(before);
    });

    it('tells the owner of an activated account by mail, once a day', async () => {
      const { stage, register } = setUp(concealed);
      await registerAndActivate(stage, kevin());
      await register.registerAccount(signUp());
      const [notice] = await dueMails(stage);
      expect(await claimMail(stage, notice ?? '')).toMatchObject({
        email: 'kevin@example.com',
        code: null,
      });
      await stage.owed.markSent([notice ?? ''], 60);
      await register.registerAccount(signUp());
      expect(await dueMails(stage)).toEqual([]);
      await stage.advanceTime(DAY_SECONDS + 1);
      await register.registerAccount(signUp());
      expect(await dueMails(stage)).toHaveLength(1);
    });

    it('sends nothing to an address with a valid code, because its mail has been sent', async () => {
      const { stage, doorbell, register } = setUp(concealed);
      await registerAndDeliver(stage, kevin());
      await register.registerAccount(signUp());
      expect(doorbell.rings).toBe(1);
      expect(await dueMails(stage)).toEqual([]);
    });

    it('gives all concurrent sign-ups the same kind of answer', async () => {
      const { register, stage } = setUp(concealed);
      const users = await Promise.all(Array.from({ length: 20 }, () => register.registerAccount(signUp())));
      expect(new Set(users.map(({ id }) => id)).size).toBe(20);
      expect(stage.accounts.rows.size).toBe(1);
    });

    it('still reports an invalid address or password, and an outage', async () => {
      const { stage, register } = setUp(concealed);
      await expect(register.registerAccount(signUp({ password: 'short' }))).rejects.toMatchObject({
        code: 'users.password_unfit',
      });
      stage.users.unavailable = true;
      await expect(register.registerAccount(signUp({ email: marie().email }))).rejects.toMatchObject({
        dependency: 'database',
      });
    });
  });
});
