import { registerAndActivate } from '@app/activation/testing';
import { FakePasswordHasher, fakeUsersStage, kevin } from '../testing';
import { Authenticate } from './authenticate';

describe('Authenticate', () => {
  const wrong = { name: 'UsersError', code: 'users.credentials_wrong' };
  let stage: ReturnType<typeof fakeUsersStage>;
  let hasher: FakePasswordHasher;
  let authenticate: Authenticate;

  beforeEach(async () => {
    stage = fakeUsersStage();
    hasher = new FakePasswordHasher();
    authenticate = new Authenticate(stage.users, hasher);
    await stage.users.add(kevin({ passwordHash: await hasher.hash('SecurePass123') }));
  });

  it('finds the account of a person who knows the password, however they write the address', async () => {
    const user = await authenticate.authenticate({ email: ' KEVIN@Example.COM ', password: 'SecurePass123' });
    expect(user).toMatchObject({ email: 'kevin@example.com', activatedAt: null });
  });

  it('says the same of a wrong password, an unknown address and an impossible one, after the same work', async () => {
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

  it('shows no code of an account that is activated', async () => {
    await registerAndActivate(stage, {
      ...kevin({ email: 'other@example.com' }),
      passwordHash: await hasher.hash('SecurePass123'),
    });
    expect(
      (await authenticate.authenticate({ email: 'other@example.com', password: 'SecurePass123' })).code,
    ).toBeNull();
  });

  it('says that the database or the hashing is unavailable, and not that the password is wrong', async () => {
    stage.users.away = true;
    await expect(
      authenticate.authenticate({ email: 'kevin@example.com', password: 'SecurePass123' }),
    ).rejects.toMatchObject({
      dependency: 'database',
    });
    stage.users.away = false;
    hasher.full = true;
    await expect(
      authenticate.authenticate({ email: 'kevin@example.com', password: 'SecurePass123' }),
    ).rejects.toMatchObject({
      dependency: 'hashing',
    });
  });
});
