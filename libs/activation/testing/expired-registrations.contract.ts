import { guest, kevin, marie, type NewAccount } from './people';
import {
  claimMail,
  DAY_SECONDS,
  guessWrong,
  LIFE_SECONDS,
  MAX_WRONG_TRIES,
  registerAndActivate,
  registerAndDeliver,
  type Stage,
} from './stage';

const HOUR_SECONDS = 3_600;

export function describeExpiredRegistrationsContract(name: string, create: () => Promise<Stage>): void {
  describe(`ExpiredRegistrations contract: ${name}`, () => {
    let stage: Stage;
    beforeEach(async () => {
      stage = await create();
    });

    const purge = async (olderThanSeconds: number, limit: number): Promise<number> =>
      (await stage.dead.purge({ olderThanSeconds, limit })).deleted;

    const registered = async (people: readonly NewAccount[]): Promise<string[]> => {
      const states = await Promise.all(people.map(({ email }) => stage.account(email)));
      return states.flatMap((state) => (state === null ? [] : [state.email]));
    };

    it('deletes registrations that expired long enough ago, and returns their number', async () => {
      const old = [await registerAndDeliver(stage, kevin()), await registerAndDeliver(stage, guest(1))];
      await stage.advanceTime(HOUR_SECONDS);
      const young = await registerAndDeliver(stage, marie());
      await stage.advanceTime(LIFE_SECONDS + 1);
      expect(await stage.dead.count(HOUR_SECONDS)).toBe(2);
      expect(await purge(HOUR_SECONDS, 100)).toBe(2);
      expect(await registered([...old, young])).toEqual([young.email]);
      expect(await stage.dead.count(HOUR_SECONDS)).toBe(0);
      expect(await purge(HOUR_SECONDS, 100)).toBe(0);
    });

    it('measures the age from the expiry of the code, not from the registration', async () => {
      const account = kevin();
      await stage.register(account);
      await stage.advanceTime(HOUR_SECONDS * 2);
      await claimMail(stage, account.code.mailId);
      await stage.owed.markSent([account.code.mailId], LIFE_SECONDS);
      await stage.advanceTime(LIFE_SECONDS + 1);
      expect(await purge(HOUR_SECONDS, 100)).toBe(0);
      expect(await purge(0, 100)).toBe(1);
    });

    it('keeps owed, valid and activated registrations of any age', async () => {
      const owed = marie();
      await stage.register(owed);
      // Attempted once, long ago: its code has expired, and its mail is still owed.
      const postponed = guest(2);
      await stage.register(postponed);
      await claimMail(stage, postponed.code.mailId);
      await stage.owed.postpone(postponed.code.mailId, 30, '451 greylisted');
      const activated = await registerAndActivate(stage, guest(1));
      await stage.advanceTime(DAY_SECONDS * 400);
      const alive = await registerAndDeliver(stage, kevin());
      expect(await stage.dead.count(0)).toBe(0);
      expect(await purge(0, 100)).toBe(0);
      const people = [owed, postponed, activated, alive];
      expect(await registered(people)).toEqual(people.map(({ email }) => email));
    });

    it('deletes a registration whose mail was given up', async () => {
      const account = kevin();
      await stage.register(account);
      await claimMail(stage, account.code.mailId);
      await stage.owed.giveUp(account.code.mailId, '550 no such mailbox', 'refused');
      await stage.advanceTime(HOUR_SECONDS - 10);
      expect(await purge(HOUR_SECONDS, 100)).toBe(0);
      await stage.advanceTime(20);
      expect(await purge(HOUR_SECONDS, 100)).toBe(1);
    });

    it('treats a registration as expired exactly when its address is free', async () => {
      const account = await registerAndDeliver(stage, kevin());
      await guessWrong(stage, account, MAX_WRONG_TRIES);
      expect(await purge(0, 100)).toBe(1);
      const other = await registerAndDeliver(stage, marie());
      await guessWrong(stage, other, MAX_WRONG_TRIES - 1);
      expect(await purge(0, 100)).toBe(0);
    });

    it('counts codes that expired unused, without given-up mails and valid codes', async () => {
      const usedUp = await registerAndDeliver(stage, kevin());
      await guessWrong(stage, usedUp, MAX_WRONG_TRIES);
      const givenUp = guest(1);
      await stage.register(givenUp);
      await claimMail(stage, givenUp.code.mailId);
      await stage.owed.giveUp(givenUp.code.mailId, '550 no such mailbox', 'refused');
      await registerAndDeliver(stage, marie());
      expect(await stage.dead.expiredUnused()).toBe(1);
      await stage.advanceTime(LIFE_SECONDS + 1);
      expect(await stage.dead.expiredUnused()).toBe(2);
    });

    it('deletes at most one batch, oldest first', async () => {
      const people: NewAccount[] = [];
      for (let n = 0; n < 5; n += 1) {
        people.push(await registerAndDeliver(stage, guest(n)));
        await stage.advanceTime(LIFE_SECONDS + 1);
      }
      expect(await purge(0, 2)).toBe(2);
      expect(await registered(people)).toEqual(people.slice(2).map(({ email }) => email));
      expect(await purge(0, 2)).toBe(2);
      expect(await purge(0, 2)).toBe(1);
    });

    it('orders by the age of the registration, not by its last change', async () => {
      const [first, second] = [await registerAndDeliver(stage, guest(1)), guest(2)];
      await stage.advanceTime(20);
      await registerAndDeliver(stage, second);
      await guessWrong(stage, first, 1);
      await stage.advanceTime(LIFE_SECONDS + 1);
      expect(await purge(0, 1)).toBe(1);
      expect(await registered([first, second])).toEqual([second.email]);
    });

    it('continues after the previous batch without reading before it', async () => {
      const people: NewAccount[] = [];
      for (let n = 0; n < 4; n += 1) {
        people.push(await registerAndDeliver(stage, guest(n)));
        await stage.advanceTime(LIFE_SECONDS + 1);
      }
      const { place } = await stage.dead.purge({ olderThanSeconds: 0, limit: 2 });
      const next = { olderThanSeconds: 0, limit: 100, after: place ?? undefined };
      const later = String(BigInt(place ?? 0) + BigInt(DAY_SECONDS) * 1_000_000n);
      expect(await stage.dead.purge({ ...next, after: later })).toEqual({ deleted: 0, place: null });
      expect(await registered(people)).toHaveLength(2);
      expect(await stage.dead.purge(next)).toMatchObject({ deleted: 2 });
      expect(await stage.dead.purge(next)).toEqual({ deleted: 0, place: null });
    });

    it('forgets failed attempts older than a day, in batches', async () => {
      for (let n = 0; n < 3; n += 1) await guessWrong(stage, await registerAndDeliver(stage, guest(n)), 1);
      await stage.advanceTime(DAY_SECONDS + 1);
      await guessWrong(stage, await registerAndDeliver(stage, kevin()), 1);
      const { deleted, place } = await stage.dead.forgetAddressDays({ limit: 2 });
      expect(deleted).toBe(2);
      const after = place ?? undefined;
      expect(await stage.dead.forgetAddressDays({ limit: 2, after })).toMatchObject({ deleted: 1 });
      expect(await stage.dead.forgetAddressDays({ limit: 2, after })).toEqual({ deleted: 0, place: null });
    });
  });
}
