import { randomUUID } from 'node:crypto';
import {
  claimMail,
  DAY_SECONDS,
  deliver,
  dueMails,
  guessWrong,
  LIFE_SECONDS,
  MAX_WRONG_TRIES,
  redeem,
  registerAndActivate,
  registerAndDeliver,
  renew,
  type Stage,
} from '@app/activation/testing';
import { parseEmailAddress } from '../domain/email-address';
import type {
  Addition,
  NewUser,
  PretendedRegistration,
  User,
  UserRepository,
} from '../domain/user-repository';
import { kevin, marie, stranger } from './people';

type Taken = Extract<Addition, { outcome: 'taken' }> & { readonly instead: PretendedRegistration };

export interface UsersStage extends Stage {
  readonly users: UserRepository;
}

const RACERS = 40;
const HOUR_SECONDS = 3_600;
const taken = { outcome: 'taken' };

export function describeUserRepositoryContract(name: string, create: () => Promise<UsersStage>): void {
  describe(`UserRepository contract: ${name}`, () => {
    let stage: UsersStage;
    beforeEach(async () => {
      stage = await create();
    });

    /** Races sign-ups for one address; resolves to the one that won and the reasons of the others. */
    const race = async (newcomers: readonly NewUser[]) => {
      const tries = await Promise.all(newcomers.map((user) => stage.users.add(user)));
      const won = newcomers.filter((_, n) => tries[n]?.outcome === 'added');
      const lost = tries.filter(({ outcome }) => outcome === 'taken');
      return { won, lost };
    };

    const add = async (user: NewUser): Promise<User> => {
      const addition = await stage.users.add(user);
      if (addition.outcome === 'taken') throw new Error(`${user.email} is taken`);
      return addition.user;
    };

    const found = async (address: string) => {
      const user = await stage.users.findByEmail(parseEmailAddress(address));
      if (user === null) throw new Error(`${address} has no account`);
      return user;
    };

    describe('add', () => {
      it('stores the account, its code and the owed mail', async () => {
        const user = marie();
        const { id, email, code } = user;
        const added = await add(user);
        const counts = { resends: 0, wrongTries: 0, resendsEarly: false, replaced: null };
        const fresh = { state: 'owed', expiresAt: null, ...counts };
        const full = { ...code, ...fresh, resendAllowedAt: added.createdAt };
        expect(added).toEqual({ id, email, createdAt: expect.any(Date), activatedAt: null, code: full });
        expect(await stage.users.findByEmail(email)).toEqual({
          ...added,
          ...{ passwordHash: user.passwordHash, requestDigest: null, pretended: [] },
        });
        expect(await claimMail(stage, code.mailId)).toMatchObject({
          email,
          code,
          locale: 'fr',
          requestId: user.requestId,
        });
      });

      it('lets exactly one of many racing sign-ups for one address succeed', async () => {
        const { won, lost } = await race(Array.from({ length: RACERS }, () => kevin()));
        expect(won).toHaveLength(1);
        expect(lost).toHaveLength(RACERS - 1);
        for (const reason of lost) expect(reason).toMatchObject(taken);
        const found = await stage.users.findByEmail(kevin().email);
        expect(found).toMatchObject({ id: won[0]?.id, passwordHash: won[0]?.passwordHash });
        expect(await dueMails(stage)).toEqual([won[0]?.code.mailId]);
      });

      it('refuses an address whose mail is owed', async () => {
        await stage.users.add(stranger());
        await stage.advanceTime(HOUR_SECONDS - 60);
        expect(await stage.users.add(kevin())).toMatchObject(taken);
      });

      it('refuses an address whose mail a worker is sending', async () => {
        const first = stranger();
        await stage.users.add(first);
        await claimMail(stage, first.code.mailId);
        await stage.advanceTime(LIFE_SECONDS + 1);
        expect(await stage.users.add(kevin())).toMatchObject(taken);
      });

      it('refuses an address whose code is valid', async () => {
        const first = await registerAndDeliver(stage, stranger());
        await guessWrong(stage, first, MAX_WRONG_TRIES - 1);
        await stage.advanceTime(LIFE_SECONDS - 5);
        expect(await stage.users.add(kevin())).toMatchObject(taken);
        expect(await redeem(stage, first, true)).toMatchObject({ outcome: 'activated' });
      });

      it('refuses an activated address permanently', async () => {
        const first = await registerAndActivate(stage, kevin());
        await stage.advanceTime(DAY_SECONDS * 400);
        expect(await stage.users.add(stranger())).toMatchObject(taken);
        expect(await stage.users.findByEmail(kevin().email)).toMatchObject({ id: first.id });
      });
    });

    describe('replaceHash', () => {
      it('replaces the hash that was read, and changes nothing else', async () => {
        const { id, email, passwordHash } = await registerAndDeliver(stage, kevin()).then(() =>
          found('kevin@example.com'),
        );
        const before = await found(email);
        await stage.users.replaceHash(id, passwordHash, 'costlier');
        expect(await found(email)).toEqual({ ...before, passwordHash: 'costlier' });
      });

      it('does not replace a hash that has changed, or that of a deleted account', async () => {
        const { id, email, passwordHash } = await registerAndDeliver(stage, kevin()).then(() =>
          found('kevin@example.com'),
        );
        await stage.users.replaceHash(id, 'another hash', 'costlier');
        await stage.users.replaceHash(randomUUID(), passwordHash, 'costlier');
        expect(await found(email)).toMatchObject({ passwordHash });
      });
    });

    describe('add, replacing an expired registration', () => {
      const deaths: Record<string, (user: NewUser) => Promise<void>> = {
        'whose code expired': async (user) => {
          await registerAndDeliver(stage, user);
          await guessWrong(stage, user, MAX_WRONG_TRIES - 1);
          await stage.advanceTime(3_600);
        },
        'whose mail could not be sent for an hour': async (user) => {
          await stage.users.add(user);
          await claimMail(stage, user.code.mailId);
          await stage.owed.postpone(user.code.mailId, 30, '452 mailbox full');
          await stage.advanceTime(HOUR_SECONDS + 1);
        },
        'none of whose mails could be sent for an hour, however often a new code was asked for': async (
          user,
        ) => {
          await stage.users.add(user);
          let { mailId } = user.code;
          for (let quarter = 0; quarter < 4; quarter += 1) {
            await claimMail(stage, mailId);
            await stage.owed.postpone(mailId, 30, '452 mailbox full');
            await stage.advanceTime(HOUR_SECONDS / 4 + 1);
            ({ mailId } = (await renew(stage, user)).code);
          }
        },
        'whose code was used up': async (user) => {
          await registerAndDeliver(stage, user);
          await guessWrong(stage, user, MAX_WRONG_TRIES);
        },
        'whose mail was given up': async (user) => {
          await stage.users.add(user);
          await claimMail(stage, user.code.mailId);
          await stage.owed.giveUp(user.code.mailId, '550 no such mailbox', 'refused');
        },
      };

      it.each(Object.keys(deaths))('keeps nothing of one %s', async (death) => {
        const first = stranger({ locale: 'fr' });
        await deaths[death]?.(first);
        const owner = kevin();
        const added = await add(owner);
        expect(added).toMatchObject({ id: owner.id, code: owner.code, activatedAt: null });
        const found = await stage.users.findByEmail(owner.email);
        expect(found).toMatchObject({ ...added, passwordHash: owner.passwordHash });
        // The age of an account registered now, by the store's own clock.
        const { createdAt } = await add(marie());
        expect(createdAt.getTime() - added.createdAt.getTime()).toBeLessThan(60_000);
        expect(await stage.administration.backlog()).toMatchObject({ owed: 2, givenUp: 0 });
        expect(await claimMail(stage, first.code.mailId)).toBeNull();
        const mail = await claimMail(stage, owner.code.mailId);
        expect(mail).toMatchObject({ attempt: 1, locale: 'en', requestId: owner.requestId });
        await stage.owed.markSent([owner.code.mailId], LIFE_SECONDS);

        // The stranger's code activates nothing: neither the stranger's account, which was replaced, nor the owner's.
        expect(await redeem(stage, first, true)).toEqual({ outcome: 'gone' });
        expect(await redeem(stage, owner, true, { mailId: first.code.mailId })).toMatchObject({
          outcome: 'dead',
        });
        expect(await redeem(stage, first, true, { mailId: owner.code.mailId })).toEqual({ outcome: 'gone' });
        // And the stranger's failed attempts do not count for the owner.
        await guessWrong(stage, owner, MAX_WRONG_TRIES - 1);
        expect(await redeem(stage, owner, true)).toMatchObject({ outcome: 'activated' });
        expect(await stage.users.findByEmail(owner.email)).toMatchObject({
          id: owner.id,
          passwordHash: owner.passwordHash,
        });
      });

      it.each(Object.keys(deaths))('lets exactly one of many racing sign-ups take it, %s', async (death) => {
        await deaths[death]?.(stranger());
        const { won, lost } = await race(Array.from({ length: RACERS }, () => kevin()));
        expect(won).toHaveLength(1);
        for (const reason of lost) expect(reason).toMatchObject(taken);
        expect(await stage.users.findByEmail(kevin().email)).toMatchObject({ id: won[0]?.id });
      });

      it('keeps an account whose activation races with the expiry of its code', async () => {
        const first = await registerAndDeliver(stage, kevin());
        await guessWrong(stage, first, MAX_WRONG_TRIES - 1);
        const [redemption, replaced] = await Promise.all([
          redeem(stage, first, true),
          race(Array.from({ length: 10 }, () => stranger())),
          redeem(stage, first, false),
        ]);
        const found = await stage.users.findByEmail(kevin().email);
        if (redemption.outcome === 'activated') {
          expect(replaced.won).toEqual([]);
          expect(found).toMatchObject({ id: first.id, activatedAt: redemption.activatedAt });
        } else {
          expect(replaced.won.length).toBeLessThanOrEqual(1);
          expect(found).toMatchObject({ id: replaced.won[0]?.id ?? first.id, activatedAt: null });
        }
      });
    });

    describe('findByEmail', () => {
      it('returns null if there is no account', async () => {
        await stage.users.add(kevin());
        expect(await stage.users.findByEmail(marie().email)).toBeNull();
      });

      it('returns no code for an activated account, not even for an owed notice', async () => {
        const { email } = await registerAndActivate(stage, kevin());
        await stage.users.oweNotice(parseEmailAddress(email), randomUUID(), null);
        const found = await stage.users.findByEmail(parseEmailAddress(email));
        expect(found).toMatchObject({ code: null, activatedAt: expect.any(Date) });
      });
    });

    describe('a repeatable request', () => {
      const digest = Buffer.alloc(32, 7);
      const repeatable = (details: Partial<NewUser> = {}) => ({ ...kevin(details), requestDigest: digest });
      /** Ids in the stored answers to registrations of the address. */
      const answers = async (): Promise<string[]> =>
        (await found(kevin().email)).pretended.map(({ id }) => id);

      it('is remembered by the row until the next change, and deleted with the registration', async () => {
        await stage.users.add(repeatable());
        const { requestDigest } = (await stage.users.findByEmail(kevin().email)) ?? {};
        expect(requestDigest).toEqual(digest);
        await stage.advanceTime(HOUR_SECONDS + 1);
        await stage.users.add(kevin());
        expect((await stage.users.findByEmail(kevin().email))?.requestDigest).toBeNull();
      });

      it('gets the same answer for a taken address, with the time and id of the first one', async () => {
        await registerAndActivate(stage, kevin());
        const first = repeatable();
        const { instead } = (await stage.users.add(first, true)) as Taken;
        expect(instead).toEqual({
          ...{ digest: digest.toString('hex'), id: first.id, digits: 4 },
          createdAt: expect.any(Date),
        });
        await stage.advanceTime(30);
        const again = (await stage.users.add(repeatable(), true)) as Taken;
        expect(again.instead.id).toBe(first.id);
        expect((await stage.users.findByEmail(first.email))?.pretended).toEqual([again.instead]);
        const other = { ...repeatable(), requestDigest: Buffer.alloc(32, 8) };
        expect((await stage.users.add(other, true)) as Taken).toMatchObject({ instead: { id: other.id } });
        expect((await stage.users.findByEmail(first.email))?.pretended).toHaveLength(2);
      });

      it('stores nothing if it cannot be repeated or nothing is pretended', async () => {
        await registerAndActivate(stage, kevin());
        await stage.users.add(kevin(), true);
        await stage.users.add(repeatable());
        expect((await stage.users.findByEmail(kevin().email))?.pretended).toEqual([]);
      });

      it('stores a bounded number of answers, and none for longer than an expired registration', async () => {
        await registerAndActivate(stage, kevin());
        for (let n = 0; n < 12; n += 1) {
          await stage.users.add({ ...kevin(), requestDigest: Buffer.alloc(32, 100 + n) }, true);
        }
        expect(await answers()).toHaveLength(8);
        await stage.advanceTime(HOUR_SECONDS + 1);
        expect(await answers()).toEqual([]);
        await stage.users.add(repeatable(), true);
        expect(await answers()).toHaveLength(1);
      });

      it('gets the same answer for a free and a taken address, whatever happens to the registration', async () => {
        const first = repeatable();
        await stage.users.add(first, true);
        await deliver(stage, first.code.mailId);
        expect(await stage.users.add(repeatable(), true)).toMatchObject({
          ...{ outcome: 'taken', replayed: true, instead: { id: first.id } },
        });
        // A new code, its failed attempts, and the next registration of the address.
        const renewed = await renew(stage, first);
        await deliver(stage, renewed.code.mailId);
        await guessWrong(stage, renewed, MAX_WRONG_TRIES);
        const next = { ...kevin(), requestDigest: Buffer.alloc(32, 9) };
        expect(await stage.users.add(next, true)).toMatchObject({ outcome: 'added' });
        expect(await answers()).toEqual([first.id, next.id]);
        await deliver(stage, next.code.mailId);
        await redeem(stage, next, true);
        expect(await answers()).toEqual([first.id]);
      });

      it('gets one answer, however many copies race, for a free and for a taken address', async () => {
        const race = async (): Promise<Set<string | undefined>> => {
          const additions = await Promise.all(
            Array.from({ length: RACERS }, () => stage.users.add(repeatable(), true)),
          );
          return new Set(additions.map((one) => (one.outcome === 'added' ? one.user.id : one.instead?.id)));
        };
        expect((await race()).size).toBe(1);
        const { id, code } = await found(kevin().email);
        if (code === null) throw new Error('A registration has a code');
        await deliver(stage, code.mailId);
        await redeem(stage, { id, code }, true);
        expect((await race()).size).toBe(1);
      });
    });

    describe('erase', () => {
      const erase = (id: string) => stage.users.erase({ id, email: kevin().email }, 'digest', null);

      it('deletes the account, its counts and its owed mail', async () => {
        const account = await registerAndDeliver(stage, kevin());
        await guessWrong(stage, account, 2);
        expect(await erase(account.id)).toBe(true);
        expect(await stage.users.findByEmail(kevin().email)).toBeNull();
        expect(await erase(account.id)).toBe(false);
        await stage.advanceTime(DAY_SECONDS + 1);
        expect(await stage.dead.forgetAddressDays({ limit: 10 })).toMatchObject({ deleted: 0 });
      });
    });

    describe('oweNotice', () => {
      const { email } = kevin();
      const notice = (): Promise<string | null> => stage.users.oweNotice(email, randomUUID(), null);

      it('owes nothing to an address without an activated account', async () => {
        expect(await notice()).toBeNull();
        await registerAndDeliver(stage, kevin());
        expect(await notice()).toBeNull();
        await stage.advanceTime(DAY_SECONDS * 2);
        expect(await notice()).toBeNull();
        expect(await dueMails(stage)).toEqual([]);
      });

      it('owes a mail without a code', async () => {
        await registerAndActivate(stage, kevin());
        const id = await notice();
        expect(id).toEqual(expect.any(String));
        const mail = await claimMail(stage, id ?? '');
        expect(mail).toMatchObject({ id, email, code: null, attempt: 1 });
      });

      it('owes one notice, however many requests run concurrently', async () => {
        await registerAndActivate(stage, kevin());
        const ids = await Promise.all(Array.from({ length: RACERS }, notice));
        expect(ids.filter((id) => id !== null)).toHaveLength(1);
      });

      it('owes at most one notice a day', async () => {
        await registerAndActivate(stage, kevin());
        await deliver(stage, (await notice()) ?? '');
        expect(await notice()).toBeNull();
        await stage.advanceTime(DAY_SECONDS - 60);
        expect(await notice()).toBeNull();
        await stage.advanceTime(120);
        const next = await notice();
        expect(next).toEqual(expect.any(String));
        await claimMail(stage, next ?? '');
        await stage.owed.giveUp(next ?? '', '550 no such mailbox', 'refused');
        await stage.advanceTime(DAY_SECONDS - 60);
        expect(await notice()).toBeNull();
      });

      it('changes nothing about the account', async () => {
        const account = await registerAndActivate(stage, kevin());
        const before = await stage.users.findByEmail(email);
        await deliver(stage, (await notice()) ?? '');
        expect(await stage.users.findByEmail(email)).toEqual(before);
        expect(await redeem(stage, account, true)).toEqual({ outcome: 'already_activated' });
      });
    });
  });
}
