import { randomUUID } from 'node:crypto';
import type { Redemption } from '../domain/activation-repository';
import { kevin, marie, type NewAccount } from './people';
import {
  claimMail,
  DAY_SECONDS,
  deliver,
  dueMails,
  guessWrong,
  LIFE_SECONDS,
  MAX_RESENDS,
  MAX_WRONG_TRIES,
  redeem,
  renew,
  replaceCode,
  registerAndActivate,
  registerAndDeliver,
  type Stage,
} from './stage';

const RACERS = 40;

const tally = (redemptions: readonly Redemption[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { outcome } of redemptions) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
};

/** Replaces an invalid code, with as many attempts as needed, and delivers the new one. */
async function renewAndDeliver(stage: Stage, account: NewAccount): Promise<NewAccount> {
  const renewed = await renew(stage, account);
  await deliver(stage, renewed.code.mailId);
  return renewed;
}

/** Makes the given number of failed attempts, and requests a new code whenever the current one is invalid. */
async function guessOverManyCodes(stage: Stage, account: NewAccount, times: number): Promise<NewAccount> {
  let current = account;
  for (let left = times; left > 0; left -= MAX_WRONG_TRIES) {
    await guessWrong(stage, current, Math.min(left, MAX_WRONG_TRIES));
    if (left > MAX_WRONG_TRIES) current = await renewAndDeliver(stage, current);
  }
  return current;
}

const digitsOf = async (stage: Stage, { email }: NewAccount): Promise<number | undefined> =>
  (await stage.account(email))?.code?.digits;

export function describeActivationRepositoryContract(name: string, create: () => Promise<Stage>): void {
  describe(`ActivationRepository contract: ${name}`, () => {
    let stage: Stage;
    beforeEach(async () => {
      stage = await create();
    });

    describe('redeem', () => {
      it('activates the account with the right code, once', async () => {
        const account = await registerAndDeliver(stage, kevin());
        const redemption = await redeem(stage, account, true);
        expect(redemption).toEqual({ outcome: 'activated', activatedAt: expect.any(Date) });
        const { activatedAt, code } = (await stage.account(account.email)) ?? {};
        expect({ outcome: 'activated', activatedAt }).toEqual(redemption);
        expect(code).toBeNull();
        expect(await redeem(stage, account, true)).toEqual({ outcome: 'already_activated' });
        expect(await redeem(stage, account, false)).toEqual({ outcome: 'already_activated' });
      });

      it('lets exactly one of many racing requests with the right code succeed', async () => {
        const account = await registerAndDeliver(stage, kevin());
        const redemptions = await Promise.all(
          Array.from({ length: RACERS }, () => redeem(stage, account, true)),
        );
        expect(tally(redemptions)).toEqual({ activated: 1, already_activated: RACERS - 1 });
      });

      it('counts each of many racing wrong codes, up to the allowed number', async () => {
        const account = await registerAndDeliver(stage, kevin());
        const redemptions = await Promise.all(
          Array.from({ length: RACERS }, () => redeem(stage, account, false)),
        );
        expect(tally(redemptions)).toEqual({
          wrong: MAX_WRONG_TRIES - 1,
          dead: RACERS - MAX_WRONG_TRIES + 1,
        });
        expect(await redeem(stage, account, true)).toMatchObject({ outcome: 'dead' });
      });

      it('resolves a race of right and wrong codes consistently', async () => {
        for (let round = 0; round < 5; round += 1) {
          const account = await registerAndDeliver(stage, kevin({ email: `kevin${round}@example.com` }));
          // The first few are wrong, so that both outcomes are possible.
          const redemptions = await Promise.all(
            Array.from({ length: RACERS }, (_, n) => redeem(stage, account, n >= round && n % 2 === 1)),
          );
          const { activated = 0, wrong = 0, already_activated: late = 0, dead = 0 } = tally(redemptions);
          expect(activated + wrong + late + dead).toBe(RACERS);
          if (activated === 1) {
            expect(wrong).toBeLessThan(MAX_WRONG_TRIES);
            expect(dead).toBe(0);
          } else {
            expect({ activated, wrong, late }).toEqual({ activated: 0, wrong: MAX_WRONG_TRIES - 1, late: 0 });
          }
        }
      });

      it('keeps the code valid until the last failed attempt', async () => {
        const account = await registerAndDeliver(stage, kevin());
        await guessWrong(stage, account, MAX_WRONG_TRIES - 1);
        expect(await redeem(stage, account, true)).toMatchObject({ outcome: 'activated' });
      });

      it('invalidates the code after the allowed number of failed attempts, even for the right code', async () => {
        const account = await registerAndDeliver(stage, kevin());
        await guessWrong(stage, account, MAX_WRONG_TRIES);
        expect(await redeem(stage, account, true)).toMatchObject({ outcome: 'dead' });
        expect((await stage.account(account.email))?.activatedAt).toBeNull();
      });

      it('treats the code as dead before its mail was handed over', async () => {
        const account = kevin();
        await stage.register(account);
        expect(await redeem(stage, account, true)).toMatchObject({ outcome: 'dead' });
        expect(await redeem(stage, account, false)).toMatchObject({ outcome: 'dead' });
      });

      it('treats the code as alive until it expires, and as dead after that', async () => {
        const early = await registerAndDeliver(stage, kevin());
        const late = await registerAndDeliver(stage, marie());
        await stage.advanceTime(LIFE_SECONDS - 5);
        expect(await redeem(stage, early, true)).toMatchObject({ outcome: 'activated' });
        await stage.advanceTime(5);
        expect(await redeem(stage, late, true)).toMatchObject({ outcome: 'dead' });
      });

      it('reports an unknown account as gone, and the code of another account as dead', async () => {
        const account = await registerAndDeliver(stage, kevin());
        const other = await registerAndDeliver(stage, marie());
        expect(await redeem(stage, kevin(), true)).toEqual({ outcome: 'gone' });
        expect(await redeem(stage, account, true, { mailId: other.code.mailId })).toMatchObject({
          outcome: 'dead',
        });
      });

      it('keeps the password hash', async () => {
        const account = await registerAndActivate(stage, kevin());
        expect((await stage.account(account.email))?.passwordHash).toBe(account.passwordHash);
      });
    });

    describe('replaceCode', () => {
      it('invalidates the old code and owes the mail of a new one, with new attempts', async () => {
        const account = await registerAndDeliver(stage, kevin());
        await guessWrong(stage, account, MAX_WRONG_TRIES - 1);
        const renewed = await renewAndDeliver(stage, account);
        expect(await redeem(stage, account, true)).toMatchObject({ outcome: 'dead' });
        await guessWrong(stage, renewed, MAX_WRONG_TRIES - 1);
        expect(await redeem(stage, renewed, true)).toMatchObject({ outcome: 'activated' });
      });

      it('leaves an activated account unchanged', async () => {
        const { id, email } = await registerAndActivate(stage, kevin());
        expect(await replaceCode(stage, { id })).toEqual({ outcome: 'already_activated' });
        expect((await stage.account(email))?.code).toBeNull();
        expect(await dueMails(stage)).toEqual([]);
      });

      it('writes the next mail in the requested language, under the id of that request', async () => {
        const { id } = await registerAndDeliver(stage, kevin());
        const mailId = randomUUID();
        await replaceCode(stage, { id }, { mailId, locale: 'fr', requestId: 'request-2' });
        expect(await claimMail(stage, mailId)).toMatchObject({
          locale: 'fr',
          requestId: 'request-2',
        });
      });
    });

    it('limits the new codes of a registration, even for concurrent requests, and resets the limit for the next registration', async () => {
      const ask = async (id: string): Promise<string> => (await replaceCode(stage, { id })).outcome;
      for (const { id, email } of [kevin(), kevin()]) {
        await stage.register(kevin({ id }));
        const outcomes = await Promise.all(Array.from({ length: RACERS }, () => ask(id)));
        expect(outcomes.filter((outcome) => outcome === 'replaced')).toHaveLength(MAX_RESENDS);
        expect(outcomes.filter((outcome) => outcome === 'used_up')).toHaveLength(RACERS - MAX_RESENDS);
        await deliver(stage, (await stage.account(email))?.code?.mailId ?? 'none');
        // The mailbox has reached its daily limit of mails.
        await stage.advanceTime(DAY_SECONDS + 1);
      }
    });

    describe('a code that had too many failed attempts', () => {
      it('may be replaced without waiting, once per registration', async () => {
        const account = await registerAndDeliver(stage, kevin());
        expect(await replaceCode(stage, account, { early: true })).toEqual({ outcome: 'too_early' });
        await guessWrong(stage, account, MAX_WRONG_TRIES);
        expect((await stage.account(account.email))?.code).toMatchObject({
          state: 'dead',
          resendsEarly: true,
        });
        const outcomes = await Promise.all(
          Array.from(
            { length: RACERS },
            async () => (await replaceCode(stage, account, { early: true })).outcome,
          ),
        );
        expect(outcomes.filter((outcome) => outcome === 'replaced')).toHaveLength(1);
        const { code } = (await stage.account(account.email)) ?? {};
        await deliver(stage, code?.mailId ?? '');
        await guessWrong(stage, { ...account, code: code ?? account.code }, MAX_WRONG_TRIES);
        expect((await stage.account(account.email))?.code).toMatchObject({
          state: 'dead',
          resendsEarly: false,
        });
        expect(await replaceCode(stage, account, { early: true })).toEqual({ outcome: 'too_early' });
      });
    });

    describe('a repeatable request', () => {
      const requestDigest = Buffer.alloc(32, 7);

      it('activates once, and gets the same answer however many repetitions run concurrently', async () => {
        const account = await registerAndDeliver(stage, kevin());
        const redemptions = await Promise.all(
          Array.from({ length: RACERS }, () => redeem(stage, account, true, { requestDigest })),
        );
        expect(tally(redemptions)).toEqual({ activated: 1, replayed: RACERS - 1 });
        expect(await redeem(stage, account, true)).toEqual({ outcome: 'already_activated' });
      });

      it('replaces the code once, until the next change', async () => {
        const account = await registerAndDeliver(stage, kevin());
        const asked = await Promise.all(
          Array.from({ length: RACERS }, () => replaceCode(stage, account, { requestDigest })),
        );
        expect(asked.filter(({ outcome }) => outcome === 'replaced')).toHaveLength(1);
        const { code } = (await stage.account(account.email)) ?? {};
        for (const each of asked) if (each.outcome === 'replayed') expect(each.code).toEqual(code);
        expect(code).toMatchObject({ resends: 1 });
        await replaceCode(stage, account);
        expect(await replaceCode(stage, account, { requestDigest })).toMatchObject({ outcome: 'replaced' });
      });
    });

    describe('failed attempts during a day', () => {
      it('make the next code a digit longer for every ten', async () => {
        const account = await registerAndDeliver(stage, kevin());
        const guessedAt = await guessOverManyCodes(stage, account, 9);
        expect(await digitsOf(stage, await renewAndDeliver(stage, guessedAt))).toBe(4);
        const current = { ...guessedAt, code: (await stage.account(account.email))?.code ?? guessedAt.code };
        await guessWrong(stage, current, 1);
        expect(await digitsOf(stage, current)).toBe(4);
        expect(await digitsOf(stage, await renewAndDeliver(stage, current))).toBe(5);
      });

      it('count for the address, even across registrations', async () => {
        const account = await registerAndDeliver(stage, kevin());
        await guessOverManyCodes(stage, account, 10);
        await stage.advanceTime(LIFE_SECONDS + 1);
        await stage.register(kevin());
        expect(await digitsOf(stage, account)).toBe(5);
        await stage.register(marie());
        expect(await digitsOf(stage, marie())).toBe(4);
      });

      it('leave a guesser twenty codes a day, ever longer ones, over new codes and new registrations', async () => {
        const digits: (number | undefined)[] = [];
        let account = await registerAndDeliver(stage, kevin());
        for (let n = 1; ; n += 1) {
          digits.push(await digitsOf(stage, account));
          await guessWrong(stage, account, MAX_WRONG_TRIES);
          // Invalid after its failed attempts: the next registration replaces it.
          if (n % 3 === 0) await stage.register((account = kevin()));
          else account = await renew(stage, account);
          if ((await claimMail(stage, account.code.mailId)) === null) break;
          await stage.owed.markSent([account.code.mailId], LIFE_SECONDS);
        }
        expect(digits).toEqual([4, 4, 4, 4, 5, 5, 5, 6, 6, 6, 7, 7, 7, 7, 8, 8, 8, 8, 8, 8]);
        expect(await redeem(stage, account, true)).toMatchObject({ outcome: 'dead' });
      });

      it('never make a code longer than eight digits', async () => {
        const account = await registerAndDeliver(stage, kevin());
        await guessOverManyCodes(stage, account, 45);
        await replaceCode(stage, account, { digits: 6, maxResends: 100 });
        expect(await digitsOf(stage, account)).toBe(8);
      });

      it('are forgotten after a day, and then counted from one again', async () => {
        const account = await registerAndDeliver(stage, kevin());
        const current = await guessOverManyCodes(stage, account, 19);
        await stage.advanceTime(DAY_SECONDS - 60);
        const atNight = await renewAndDeliver(stage, current);
        expect(await digitsOf(stage, atNight)).toBe(5);
        await stage.advanceTime(120);
        const nextDay = await renewAndDeliver(stage, atNight);
        expect(await digitsOf(stage, nextDay)).toBe(4);
        await guessWrong(stage, nextDay, 1);
        expect(await digitsOf(stage, await renewAndDeliver(stage, nextDay))).toBe(4);
        const watched = await guessOverManyCodes(stage, await renewAndDeliver(stage, nextDay), 9);
        expect(await digitsOf(stage, await renewAndDeliver(stage, watched))).toBe(5);
      });
    });
  });
}
