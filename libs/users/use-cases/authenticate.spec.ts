import { registerAndActivate } from '@app/activation/testing';
import { createLogger } from '@app/runtime';
import { FakePasswordHasher, fakeUsersStage, kevin } from '../testing';
import { Authenticate } from './authenticate';

const logger = createLogger({ level: 'silent', app: 'test' });

describe('Authenticate', () => {
  const wrong = { name: 'UsersError', code: 'users.credentials_wrong' };
  let stage: ReturnType<typeof fakeUsersStage>;
  let hasher: FakePasswordHasher;
  let authenticate: Authenticate;

  beforeEach(async () => {
    stage = fakeUsersStage();
    hasher = new FakePasswordHasher();
    authenticate = new Authenticate(stage.users, hasher, logger);
    await stage.users.add(kevin({ passwordHash: await hasher.hash('SecurePass123') }));
  });

  it('finds the account of a person who knows the password, in any spelling of the address', async () => {
    const user = await authenticate.authenticate({ email: ' KEVIN@Example.COM ', password: 'SecurePass123' });
    expect(user).toMatchObject({ email: 'kevin@example.com', activatedAt: null });
  });

  it('gives the same answer for a wrong password, an unknown address and an invalid one, after the same work', async () => {
    const attempts = [
      ['kevin@example.com', 'SecurePass124'],
      ['marie@example.com', 'SecurePass123'],
      ['not an address', 'SecurePass123'],
      ['', ''],
    ] as const;
    const answers: unknown[] = [];
    for (const [n, [email, password]] of attempts.entries()) {
      answers.push(await authenticate.authenticate({ email, password }).catch((error: unknown) => error));
      expect(hasher.compared).toBe(n + 1);
    }
    for (const answer of answers) {
      expect(answer).toMatchObject(wrong);
      expect((answer as Error).message).toBe((answers[0] as Error).message);
    }
  });

  it('returns no code for an activated account', async () => {
    await registerAndActivate(stage, {
      ...kevin({ email: 'other@example.com' }),
      passwordHash: await hasher.hash('SecurePass123'),
    });
    expect(
      (await authenticate.authenticate({ email: 'other@example.com', password: 'SecurePass123' })).code,
    ).toBeNull();
  });

  describe('with a hash of lower cost', () => {
    const email = 'kevin@example.com';
    const costlier = new FakePasswordHasher(6);
    const stored = () => stage.accounts.state(email)?.passwordHash ?? '';
    const signIn = (password: string, inFull = false) =>
      new Authenticate(stage.users, costlier, logger).authenticate({ email, password, inFull });

    beforeEach(() => {
      costlier.hashed = 0;
      costlier.full = false;
    });

    it('renews the hash at the first right password only', async () => {
      const old = stored();
      await expect(signIn('SecurePass124')).rejects.toMatchObject(wrong);
      expect(stored()).toBe(old);
      await signIn('SecurePass123');
      const renewed = stored();
      expect(renewed).toMatch(/^6\$/);
      await signIn('SecurePass123');
      expect([stored(), costlier.hashed]).toEqual([renewed, 1]);
    });

    it('renews the hash once for concurrent sign-ins', async () => {
      const racing = new Authenticate(stage.users, costlier, logger);
      const credentials = { email, password: 'SecurePass123' };
      await Promise.all(Array.from({ length: 20 }, () => racing.authenticate(credentials)));
      expect([costlier.hashed, stored().slice(0, 2)]).toEqual([1, '6$']);
    });

    it('accepts the password even if the renewal fails, and renews the hash the next time', async () => {
      const old = stored();
      costlier.remember('SecurePass123', old);
      costlier.full = true;
      expect(await signIn('SecurePass123')).toMatchObject({ email });
      expect(stored()).toBe(old);
      costlier.full = false;
      await signIn('SecurePass123');
      expect(stored()).toMatch(/^6\$/);
    });

    it('does not wait for the renewal if a pending account is concealed', async () => {
      const replace = jest.spyOn(stage.users, 'replaceHash').mockReturnValue(new Promise(() => undefined));
      expect(await signIn('SecurePass123', true)).toMatchObject({ email });
      expect(replace).toHaveBeenCalledTimes(1);
    });
  });

  it('reports an unavailable database or hashing queue instead of a wrong password', async () => {
    stage.users.unavailable = true;
    await expect(
      authenticate.authenticate({ email: 'kevin@example.com', password: 'SecurePass123' }),
    ).rejects.toMatchObject({
      dependency: 'database',
    });
    stage.users.unavailable = false;
    hasher.full = true;
    await expect(
      authenticate.authenticate({ email: 'kevin@example.com', password: 'SecurePass123' }),
    ).rejects.toMatchObject({
      dependency: 'hashing',
    });
  });
});
