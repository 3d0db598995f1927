import type { PasswordHasher } from '../domain/password-hasher';

/** @param create makes a hasher of the cost, between 4 and 6 */
export function describePasswordHasherContract(
  name: string,
  create: (cost: number) => Promise<PasswordHasher>,
): void {
  describe(`PasswordHasher contract: ${name}`, () => {
    const address = 'kevin@example.com';
    let hasher: PasswordHasher;
    beforeEach(async () => {
      hasher = await create(4);
    });

    const matches = (password: string, hash: string | null): Promise<boolean> =>
      hasher.matches({ address, password, hash });

    it.each(['SecurePass123', 'pässwörd mit ß', 'a:colon:b', '🔑🔑🔑🔑', ' outer spaces '])(
      'recognizes %j, and nothing else',
      async (password) => {
        const hash = await hasher.hash(password);
        expect(await matches(password, hash)).toBe(true);
        expect(await matches(`${password}!`, hash)).toBe(false);
        expect(await matches(password.slice(0, -1), hash)).toBe(false);
        expect(await matches('', hash)).toBe(false);
      },
    );

    it('never returns the same hash twice', async () => {
      expect(await hasher.hash('SecurePass123')).not.toBe(await hasher.hash('SecurePass123'));
    });

    it('matches nothing without a hash', async () => {
      expect(await matches('SecurePass123', null)).toBe(false);
      expect(await matches('', null)).toBe(false);
    });

    it('distinguishes passwords of 72 bytes up to the last byte', async () => {
      const longest = `${'ü'.repeat(35)}ab`;
      const hash = await hasher.hash(longest);
      expect(await matches(longest, hash)).toBe(true);
      expect(await matches(`${longest.slice(0, -1)}c`, hash)).toBe(false);
    });

    it('never confuses a password of 73 bytes with its first 72', async () => {
      const hash = await hasher.hash('x'.repeat(72));
      expect(await matches('x'.repeat(73), hash)).toBe(false);
    });

    it('never confuses a password with NUL with the part before it', async () => {
      const hash = await hasher.hash('SecurePass');
      expect(await matches('SecurePass\0', hash)).toBe(false);
      expect(await matches('SecurePass\x00123', hash)).toBe(false);
    });

    it('never confuses half a surrogate pair with the replacement character', async () => {
      const hash = await hasher.hash('SecurePass\ufffd');
      expect(await matches('SecurePass\ud83d', hash)).toBe(false);
    });

    it('answers all concurrent identical requests', async () => {
      const hash = await hasher.hash('SecurePass123');
      const right = Array.from({ length: 20 }, () => matches('SecurePass123', hash));
      const wrong = Array.from({ length: 20 }, () => matches('SecurePass124', hash));
      expect(new Set(await Promise.all(right))).toEqual(new Set([true]));
      expect(new Set(await Promise.all(wrong))).toEqual(new Set([false]));
    });

    it('does no work for a client that has left', async () => {
      const gone = AbortSignal.abort();
      await expect(hasher.hash('SecurePass123', { gone })).rejects.toMatchObject({ dependency: 'hashing' });
      await expect(
        hasher.matches({ address, password: 'SecurePass123', hash: null, gone }),
      ).rejects.toMatchObject({
        dependency: 'hashing',
      });
    });

    it('treats the composed and decomposed form of a password as the same', async () => {
      const [composed, decomposed] = ['Pässword123', 'Pa\u0308ssword123'];
      expect(await matches(decomposed, await hasher.hash(composed))).toBe(true);
      expect(await matches(composed, await hasher.hash(decomposed))).toBe(true);
    });

    it('recognizes a remembered password without work, and none for another hash', async () => {
      const hash = await hasher.hash('SecurePass123');
      hasher.remember('SecurePass123', hash);
      const gone = AbortSignal.abort();
      const asked = { address, password: 'SecurePass123', hash, gone };
      await expect(hasher.matches(asked)).resolves.toBe(true);
      await expect(hasher.matches({ ...asked, inFull: true })).rejects.toMatchObject({
        dependency: 'hashing',
      });
      const another = await hasher.hash('SecurePass123');
      await expect(hasher.matches({ ...asked, hash: another })).rejects.toMatchObject({
        dependency: 'hashing',
      });
      await expect(hasher.matches({ ...asked, password: 'SecurePass124' })).rejects.toMatchObject({
        dependency: 'hashing',
      });
    });

    it('remembers right passwords, and no wrong ones', async () => {
      const hash = await hasher.hash('SecurePass123');
      await matches('SecurePass123', hash);
      await matches('SecurePass124', hash);
      const gone = AbortSignal.abort();
      await expect(hasher.matches({ address, password: 'SecurePass123', hash, gone })).resolves.toBe(true);
      await expect(hasher.matches({ address, password: 'SecurePass124', hash, gone })).rejects.toBeDefined();
    });

    it('recognizes a hash with a lower cost', async () => {
      const costlier = await create(6);
      const hash = await hasher.hash('SecurePass123');
      expect(hasher.isOutdated(hash)).toBe(false);
      expect(costlier.isOutdated(hash)).toBe(true);
      expect(hasher.isOutdated(await costlier.hash('SecurePass123'))).toBe(false);
    });
  });
}
