import { fakeStage, guest, guessWrong, kevin, registerAndActivate, registerAndDeliver } from '../testing';
import { PurgeExpiredRegistrations } from './purge-expired-registrations';

describe('PurgeExpiredRegistrations', () => {
  let stage: ReturnType<typeof fakeStage>;
  let purge: PurgeExpiredRegistrations;

  beforeEach(() => {
    stage = fakeStage();
    purge = new PurgeExpiredRegistrations(stage.dead);
  });

  it('deletes in batches until no expired registration is left, and reports its progress', async () => {
    for (let n = 0; n < 25; n += 1) await registerAndDeliver(stage, guest(n));
    await stage.advanceTime(7_200);
    await registerAndDeliver(stage, kevin());
    const progress: number[] = [];
    const batches = jest.spyOn(stage.dead, 'purge');
    expect(await purge.count(3_600)).toBe(25);
    const purged = await purge.purgeExpiredRegistrations({
      olderThanSeconds: 3_600,
      batchSize: 10,
      onProgress: (sum) => progress.push(sum),
    });
    expect(purged).toEqual({ registrations: 25, addressDays: 0 });
    expect(progress).toEqual([10, 20, 25]);
    expect(batches).toHaveBeenCalledTimes(3);
    expect(batches.mock.calls.every(([{ limit }]) => limit === 10)).toBe(true);
    expect([...stage.accounts.rows.keys()]).toEqual(['kevin@example.com']);
  });

  it('keeps activated accounts, and forgets failed attempts of the previous day', async () => {
    for (let n = 0; n < 12; n += 1) await guessWrong(stage, await registerAndDeliver(stage, guest(n)), 1);
    await registerAndActivate(stage, kevin());
    await stage.advanceTime(86_401);
    const purged = await purge.purgeExpiredRegistrations({ olderThanSeconds: 3_600, batchSize: 5 });
    expect(purged).toEqual({ registrations: 12, addressDays: 13 });
    expect([...stage.accounts.rows.keys()]).toEqual(['kevin@example.com']);
    expect(stage.accounts.wrongTries.size).toBe(0);
  });

  it('ends after the current batch when asked to stop', async () => {
    for (let n = 0; n < 25; n += 1) await registerAndDeliver(stage, guest(n));
    await stage.advanceTime(7_200);
    const stop = new AbortController();
    const purged = await purge.purgeExpiredRegistrations({
      olderThanSeconds: 0,
      batchSize: 10,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    expect(purged.registrations).toBe(10);
    expect(stage.accounts.rows.size).toBe(15);
  });

  it('ends when there is nothing to delete', async () => {
    expect(await purge.purgeExpiredRegistrations({ olderThanSeconds: 0, batchSize: 10 })).toEqual({
      registrations: 0,
      addressDays: 0,
    });
  });
});
