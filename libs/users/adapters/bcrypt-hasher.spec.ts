import { availableParallelism } from 'node:os';
import { parseEnvironment } from '@app/runtime';
import { describePasswordHasherContract } from '../testing';
import { BcryptHasher } from './bcrypt-hasher';

async function hasherOf(cost: number): Promise<BcryptHasher> {
  const hasher = new BcryptHasher(parseEnvironment({ BCRYPT_COST: String(cost) }));
  await hasher.onModuleInit();
  return hasher;
}

describePasswordHasherContract('bcrypt', hasherOf);

describe('BcryptHasher', () => {
  const [kevin, marie] = ['kevin@example.com', 'marie@example.com'];
  const unavailable = { name: 'Unavailable', dependency: 'hashing' };

  it('hashes with the requested cost, in a standard format', async () => {
    expect(await (await hasherOf(5)).hash('SecurePass123')).toMatch(/^\$2b\$05\$[./A-Za-z0-9]{53}$/);
  });

  it('keeps the event loop free while it hashes', async () => {
    const hasher = await hasherOf(9);
    let turns = 0;
    let done = false;
    const spin = (): void => {
      turns += 1;
      if (!done) setImmediate(spin);
    };
    setImmediate(spin);
    await Promise.all(Array.from({ length: 4 }, (_, n) => hasher.hash(`SecurePass${n}`)));
    done = true;
    expect(turns).toBeGreaterThan(20);
  });

  it('hashes as many concurrently as there are cores, and queues the others', async () => {
    const hasher = await hasherOf(8);
    const all = Array.from({ length: availableParallelism() + 3 }, (_, n) => hasher.hash(`SecurePass${n}`));
    expect([hasher.load.running, hasher.load.waiting]).toEqual([availableParallelism(), 3]);
    await Promise.all(all);
    expect([hasher.load.running, hasher.load.waiting]).toEqual([0, 0]);
  });

  it('refuses the excess of a flood before comparing anything', async () => {
    const hasher = await hasherOf(10);
    const leaving = Array.from({ length: 1_200 }, () => new AbortController());
    const flood = leaving.map((gone, n) =>
      hasher.matches({ address: `${n}@example.com`, password: 'x', hash: null, gone: gone.signal }),
    );
    let compared = 0;
    const count = (): void => void (compared += 1);
    for (const each of flood) each.then(count, () => {});
    const refused = flood.map((each) => each.catch((error: unknown) => error));
    expect(await refused.at(-1)).toMatchObject(unavailable);
    expect(compared).toBe(0);
    expect(hasher.load.rejected).toBeGreaterThanOrEqual(1_200 - 1_000 - availableParallelism());
    expect(hasher.load.waiting).toBeLessThan(1_000);
    for (const gone of leaving) gone.abort();
    await Promise.all(refused);
  });

  it('does the same work for an unknown address', async () => {
    const hasher = await hasherOf(9);
    const hash = await hasher.hash('SecurePass123');
    const timeOf = async (password: string, stored: string | null): Promise<number> => {
      const started = performance.now();
      await hasher.matches({ inFull: true, address: kevin, password, hash: stored });
      return performance.now() - started;
    };
    const fastest = { known: Infinity, unknown: Infinity, tooLong: Infinity };
    const measure = (name: keyof typeof fastest, ms: number): void => {
      fastest[name] = Math.min(fastest[name], ms);
    };
    const ratios = (): number[] => [fastest.unknown / fastest.known, fastest.tooLong / fastest.known];
    // The fastest of many runs shows the work itself; a busy machine needs more runs.
    const alike = (): boolean => ratios().every((ratio) => ratio > 0.5 && ratio < 2);
    for (let round = 0; round < 15 || (round < 200 && !alike()); round += 1) {
      measure('known', await timeOf('SecurePass124', hash));
      measure('unknown', await timeOf('SecurePass124', null));
      measure('tooLong', await timeOf('x'.repeat(100), hash));
    }
    for (const ratio of ratios()) {
      expect(ratio).toBeGreaterThan(0.5);
      expect(ratio).toBeLessThan(2);
    }
  });

  it('compares once for concurrent identical requests', async () => {
    const hasher = await hasherOf(6);
    const hash = await hasher.hash('SecurePass123');
    for (const stored of [hash, null]) {
      const answers = Array.from({ length: 50 }, () =>
        hasher.matches({ address: kevin, password: 'SecurePass123', hash: stored }),
      );
      expect([hasher.load.running, hasher.load.waiting]).toEqual([1, 0]);
      expect(await Promise.all(answers)).toEqual(Array(50).fill(stored !== null));
    }
  });

  it('shares no comparison between two addresses, known or not, because timing would reveal it', async () => {
    const hasher = await hasherOf(8);
    const hash = await hasher.hash('SecurePass123');
    for (const stored of [hash, null]) {
      const answers = [kevin, marie].map((address) =>
        hasher.matches({ address, password: 'SecurePass123', hash: stored }),
      );
      expect(hasher.load.running + hasher.load.waiting).toBe(2);
      await Promise.all(answers);
    }
  });

  it('continues for the others if the first caller has left', async () => {
    const hasher = await hasherOf(8);
    const hash = await hasher.hash('SecurePass123');
    // Every slot is busy, so the first caller waits in the queue.
    const busy = Array.from({ length: availableParallelism() }, (_, n) => hasher.hash(`SecurePass${n}`));
    const gone = new AbortController();
    const first = hasher.matches({ address: kevin, password: 'SecurePass123', hash, gone: gone.signal });
    const others = Array.from({ length: 10 }, () =>
      hasher.matches({ address: kevin, password: 'SecurePass123', hash }),
    );
    const deepest = { line: 0 };
    gone.abort();
    await expect(first).rejects.toMatchObject(unavailable);
    const watch = setInterval(() => {
      deepest.line = Math.max(deepest.line, hasher.load.waiting + hasher.load.running);
    }, 1);
    expect(await Promise.all(others)).toEqual(Array(10).fill(true));
    clearInterval(watch);
    await Promise.all(busy);
    // One of the ten calls ran for all of them.
    expect(deepest.line).toBeLessThanOrEqual(availableParallelism() + 1);
  });
});
