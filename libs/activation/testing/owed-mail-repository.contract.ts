import { randomUUID } from 'node:crypto';
import { guest, kevin, marie, type NewAccount } from './people';
import {
  claimMail,
  deliver,
  dueMails,
  LEASE_SECONDS,
  LIFE_SECONDS,
  MAX_WRONG_TRIES,
  redeem,
  renew,
  registerAndActivate,
  registerAndDeliver,
  type Stage,
} from './stage';

const WORKERS = { a: randomUUID(), b: randomUUID() };

export function describeOwedMailRepositoryContract(name: string, create: () => Promise<Stage>): void {
  describe(`OwedMailRepository contract: ${name}`, () => {
    let stage: Stage;
    beforeEach(async () => {
      stage = await create();
    });

    const claim = (id: string) => claimMail(stage, id);
    const dueIds = () => dueMails(stage);
    const claimDue = (limit: number, worker: keyof typeof WORKERS = 'a') =>
      stage.owed.claimDue(limit, {
        workerId: WORKERS[worker],
        leaseSeconds: LEASE_SECONDS,
        lifeSeconds: LIFE_SECONDS,
      });
    const register = async (account: NewAccount): Promise<NewAccount> => {
      await stage.register(account);
      return account;
    };
    const giveUp = async (account: NewAccount): Promise<void> => {
      await claim(account.code.mailId);
      await stage.owed.giveUp(account.code.mailId, '550 no such mailbox', 'refused');
    };
    const renewed = async (account: NewAccount): Promise<string> => (await renew(stage, account)).code.mailId;

    describe('claim', () => {
      it('returns everything that the mail needs', async () => {
        const { email, code, locale, requestId } = await register(marie());
        const { mailId: id } = code;
        // Nothing is traced here.
        const traceParent = null;
        const counts = { attempt: 1, unknownOutcomes: 0 };
        expect(await claim(id)).toEqual({ id, email, locale, requestId, traceParent, ...counts, code });
      });

      it('gives the mail to exactly one of many racing workers', async () => {
        const { code } = await register(kevin());
        const claims = await Promise.all(Array.from({ length: 40 }, () => claim(code.mailId)));
        expect(claims.filter((mail) => mail !== null)).toHaveLength(1);
      });

      it('leases the mail: no other worker gets it until the lease ends, then any may', async () => {
        const { code } = await register(kevin());
        await claim(code.mailId);
        await stage.advanceTime(LEASE_SECONDS - 2);
        expect(await claim(code.mailId)).toBeNull();
        expect(await dueIds()).toEqual([]);
        await stage.advanceTime(2);
        expect(await dueIds()).toEqual([code.mailId]);
        expect(await claim(code.mailId)).toMatchObject({ id: code.mailId, attempt: 2, code });
      });

      it('lets the code live from then on, each time', async () => {
        const account = await register(kevin());
        await claim(account.code.mailId);
        await stage.advanceTime(LIFE_SECONDS - 10);
        await claim(account.code.mailId);
        await stage.advanceTime(LIFE_SECONDS - 10);
        expect(await redeem(stage, account, true)).toMatchObject({ outcome: 'activated' });
      });

      it('skips mails that are sent, replaced or unknown, or whose account is activated', async () => {
        const sent = await registerAndDeliver(stage, kevin());
        const replaced = await register(marie());
        const activated = await register(guest(1));
        await claim(activated.code.mailId);
        await redeem(stage, activated, true);
        await renewed(replaced);
        await stage.advanceTime(LEASE_SECONDS + 1);
        for (const id of [sent.code.mailId, replaced.code.mailId, activated.code.mailId, randomUUID()]) {
          expect(await claim(id)).toBeNull();
        }
      });
    });

    describe('the daily limit of mails', () => {
      const MAILS_OF_A_DAY = 20;
      const tagged = (n: number): NewAccount => kevin({ email: `kevin+${n}@example.com` });

      it('applies to one mailbox, whatever its plus tags and however many mails are promised concurrently', async () => {
        const people = Array.from({ length: MAILS_OF_A_DAY + 10 }, (_, n) => tagged(n));
        await Promise.all(people.map((person) => stage.register(person)));
        await register(marie());
        const claimed = await claimDue(100);
        expect(claimed.filter((mail) => mail.email !== marie().email)).toHaveLength(MAILS_OF_A_DAY);
        expect(claimed).toHaveLength(MAILS_OF_A_DAY + 1);
        expect(await stage.administration.backlog()).toMatchObject({
          owed: MAILS_OF_A_DAY + 1,
          withheld: 10,
        });
        const listed = (await stage.administration.list(100)).filter(({ dueAt }) => dueAt === null);
        expect(listed).toHaveLength(10);
        expect(listed[0]).toMatchObject({
          state: 'withheld',
          lastError: expect.stringMatching(/mails of the day/),
        });
        await stage.advanceTime(LEASE_SECONDS + 1);
        expect(await dueIds()).toHaveLength(MAILS_OF_A_DAY + 1);
      });

      it('applies to one mailbox, wherever dots are written before the @', async () => {
        const spellings = ['kevin', 'k.evin', 'ke.vin', 'k.e.v.i.n', 'k.e.vin+tag.with.dots'];
        for (let n = 0; n < MAILS_OF_A_DAY; n += 1) {
          await stage.register(kevin({ email: `${spellings[n % 5]}+${n}@example.com` }));
        }
        await stage.register(kevin({ email: 'kevi.n@example.com' }));
        await stage.register(kevin({ email: 'kevin@exam.ple.com' }));
        expect(await claimDue(100)).toHaveLength(MAILS_OF_A_DAY + 1);
      });

      it('is a sliding window: a mail from more than a day ago no longer counts', async () => {
        const people = Array.from({ length: MAILS_OF_A_DAY }, (_, n) => tagged(n));
        for (const [n, person] of people.entries()) {
          if (n === 10) await stage.advanceTime(3_600);
          await registerAndDeliver(stage, person);
        }
        await stage.advanceTime(86_400 - 3_600 + 60);
        for (let n = 0; n < 10; n += 1) await registerAndDeliver(stage, tagged(100 + n));
        await expect(registerAndDeliver(stage, tagged(200))).rejects.toThrow('is not owed');
      });

      it('blocks an address for an hour, like an owed mail', async () => {
        for (let n = 0; n < MAILS_OF_A_DAY; n += 1) await stage.register(tagged(n));
        const account = await register(kevin());
        expect(await claim(account.code.mailId)).toBeNull();
        expect((await stage.account(account.email))?.code).toMatchObject({ state: 'owed' });
        await expect(stage.register(kevin())).rejects.toThrow('is held');
        await stage.advanceTime(3_700);
        expect((await stage.account(account.email))?.code).toMatchObject({ state: 'dead' });
        await stage.register(kevin());
      });
    });

    describe('markSent', () => {
      it('starts the lifetime of the code again', async () => {
        const account = await register(kevin());
        await claim(account.code.mailId);
        await stage.advanceTime(LIFE_SECONDS - 10);
        await stage.owed.markSent([account.code.mailId], LIFE_SECONDS);
        await stage.advanceTime(LIFE_SECONDS - 10);
        expect(await redeem(stage, account, true)).toMatchObject({ outcome: 'activated' });
      });

      it('settles the owed mail', async () => {
        await registerAndDeliver(stage, kevin());
        await stage.advanceTime(LEASE_SECONDS + 1);
        expect(await dueIds()).toEqual([]);
        expect(await stage.administration.list(10)).toEqual([]);
        expect(await stage.administration.backlog()).toEqual({
          owed: 0,
          oldestSeconds: 0,
          unattemptedSeconds: 0,
          givenUp: 0,
          withheld: 0,
        });
      });

      it('does not affect the mail that replaced it', async () => {
        const account = await register(kevin());
        await claim(account.code.mailId);
        const next = await renewed(account);
        await stage.owed.markSent([account.code.mailId], LIFE_SECONDS);
        expect(await dueIds()).toEqual([next]);
        expect(
          await redeem(stage, { ...account, code: { ...account.code, mailId: next } }, true),
        ).toMatchObject({
          outcome: 'dead',
        });
      });

      it('reverts the giving-up by a worker that had the mail at the same time', async () => {
        const account = await register(kevin());
        await giveUp(account);
        await stage.owed.markSent([account.code.mailId], LIFE_SECONDS);
        expect(await stage.administration.list(10)).toEqual([]);
        await redeem(stage, account, true);
        expect(await stage.administration.retryGivenUp()).toBe(0);
      });
    });

    describe('a code whose attempts were used up before its mail was settled', () => {
      it('stays dead when the mail counts as sent, or is sent once more', async () => {
        const account = await register(kevin());
        await claim(account.code.mailId);
        for (let attempt = 0; attempt < MAX_WRONG_TRIES; attempt += 1) await redeem(stage, account, false);
        await stage.owed.postpone(account.code.mailId, 0, 'unknown', 'unknown');
        expect(await claim(account.code.mailId)).not.toBeNull();
        await stage.owed.markSent([account.code.mailId], LIFE_SECONDS);
        expect(await stage.account(account.email)).toMatchObject({ code: { state: 'dead' } });
      });
    });

    describe('postpone', () => {
      it('makes the code invalid until the next attempt', async () => {
        const account = await register(kevin());
        await claim(account.code.mailId);
        await stage.owed.postpone(account.code.mailId, 0, '452 mailbox full');
        expect(await redeem(stage, account, true)).toMatchObject({ outcome: 'dead' });
        await deliver(stage, account.code.mailId);
        expect(await redeem(stage, account, true)).toMatchObject({ outcome: 'activated' });
      });

      it('makes the mail due after the delay, and stores the reason', async () => {
        const { code, email } = await register(kevin());
        await claim(code.mailId);
        await stage.owed.postpone(code.mailId, 30, '451 greylisted');
        await stage.advanceTime(28);
        expect(await claim(code.mailId)).toBeNull();
        const [listed] = await stage.administration.list(10);
        expect(listed).toMatchObject({ id: code.mailId, email, attempts: 1, lastError: '451 greylisted' });
        expect(listed?.dueAt).toEqual(expect.any(Date));
        await stage.advanceTime(2);
        expect(await claim(code.mailId)).toMatchObject({ attempt: 2 });
      });

      it('does not affect a mail that was settled in the meantime', async () => {
        const sent = await registerAndDeliver(stage, kevin());
        const activated = await register(marie());
        await claim(activated.code.mailId);
        await redeem(stage, activated, true);
        for (const { code } of [sent, activated]) {
          await stage.owed.postpone(code.mailId, 0, 'late');
          await stage.owed.giveUp(code.mailId, 'late', 'refused');
        }
        expect(await stage.administration.list(10)).toEqual([]);
        expect(await stage.administration.backlog()).toEqual({
          owed: 0,
          oldestSeconds: 0,
          unattemptedSeconds: 0,
          givenUp: 0,
          withheld: 0,
        });
      });

      it('stores a reason of limited length', async () => {
        const { code } = await register(kevin());
        await stage.owed.postpone(code.mailId, 0, 'x'.repeat(5_000));
        const [listed] = await stage.administration.list(1);
        expect(listed?.lastError).toHaveLength(500);
      });
    });

    describe('giveUp', () => {
      it('stops further attempts, and keeps the mail visible', async () => {
        const account = await register(kevin());
        await giveUp(account);
        await stage.advanceTime(LEASE_SECONDS + 1);
        expect(await claim(account.code.mailId)).toBeNull();
        expect(await dueIds()).toEqual([]);
        expect(await stage.administration.backlog()).toEqual({
          owed: 0,
          oldestSeconds: 0,
          unattemptedSeconds: 0,
          givenUp: 1,
          withheld: 0,
        });
        const [listed] = await stage.administration.list(10);
        expect(listed).toMatchObject({
          id: account.code.mailId,
          state: 'given_up',
          dueAt: null,
          lastError: '550 no such mailbox',
        });
      });

      it('invalidates the code, which will not be read', async () => {
        const account = await register(kevin());
        await giveUp(account);
        expect(await redeem(stage, account, true)).toMatchObject({ outcome: 'dead' });
      });
    });

    describe('claimDue', () => {
      it('leases the longest due mails first, up to the limit, and none that is not due', async () => {
        const beingSent = await register(guest(1));
        await claim(beingSent.code.mailId);
        await stage.advanceTime(1);
        const first = await register(kevin());
        await stage.advanceTime(1);
        const second = await register(marie());
        expect(await dueIds()).toEqual([first.code.mailId, second.code.mailId]);
        expect((await claimDue(1)).map(({ id }) => id)).toEqual([first.code.mailId]);
        expect((await claimDue(10)).map(({ id }) => id)).toEqual([second.code.mailId]);
        expect(await claimDue(10)).toEqual([]);
      });

      it('shares mails that are due at the same instant among racing workers, each to one of them', async () => {
        const people = Array.from({ length: 30 }, (_, n) => guest(n));
        for (const person of people) await register(person);
        const shares = await Promise.all(Array.from({ length: 8 }, () => claimDue(7)));
        const ids = [...shares.flat(), ...(await claimDue(30))].map(({ id }) => id);
        expect(ids).toHaveLength(30);
        expect(new Set(ids)).toEqual(new Set(people.map(({ code }) => code.mailId)));
      });
    });

    describe('bringForward', () => {
      const setClockBack = (seconds: number): Promise<void> => stage.advanceTime(-seconds);

      it('makes new mails due, and retries that no delay explains, after the clock was set back', async () => {
        const postponed = await register(kevin());
        await claim(postponed.code.mailId);
        await stage.owed.postpone(postponed.code.mailId, 300, '451 later');
        const fresh = await register(marie());
        await setClockBack(60);
        expect(await dueIds()).toEqual([]);
        expect(await stage.owed.bringForward()).toBe(1);
        expect(await dueIds()).toEqual([fresh.code.mailId]);
        await setClockBack(3_600);
        expect(await stage.owed.bringForward()).toBe(2);
        expect(new Set(await dueIds())).toEqual(new Set([fresh.code.mailId, postponed.code.mailId]));
      });

      it('leaves a mail to the worker that is sending it, and one that waits for its turn', async () => {
        const { code } = await register(kevin());
        await claim(code.mailId);
        await setClockBack(3_600);
        expect(await stage.owed.bringForward()).toBe(0);
        const waiting = await register(marie());
        await claim(waiting.code.mailId);
        await stage.owed.postpone(waiting.code.mailId, 300, 'the server is full', 'nothing');
        expect(await stage.owed.bringForward()).toBe(0);
        expect(await dueIds()).toEqual([]);
      });
    });

    describe('release', () => {
      it('releases leases that a worker does not know of, and none of other workers', async () => {
        const [known, lost, other] = [
          await register(kevin()),
          await register(marie()),
          await register(guest(1)),
        ];
        const others = await claimDue(1, 'b');
        const own = await claimDue(2, 'a');
        expect(own).toHaveLength(2);
        const ids = [known, lost, other].map(({ code }) => code.mailId);
        const [kept, dropped] = own.map(({ id }) => id) as [string, string];
        expect(new Set([kept, dropped, others[0]?.id])).toEqual(new Set(ids));
        await stage.owed.release(WORKERS.a, [kept]);
        expect(await dueIds()).toEqual([dropped]);
        await stage.owed.release(WORKERS.b);
        expect((await dueIds()).sort()).toEqual([dropped, others[0]?.id ?? ''].sort());
      });

      it('leaves mails alone that were settled or postponed in the meantime', async () => {
        const [sent, postponed] = [await register(kevin()), await register(marie())];
        await claimDue(2, 'a');
        await stage.owed.markSent([sent.code.mailId], LIFE_SECONDS);
        await stage.owed.postpone(postponed.code.mailId, 30, '451 greylisted');
        await stage.owed.release(WORKERS.a);
        expect(await dueIds()).toEqual([]);
      });
    });

    describe('an attempt', () => {
      it("does not count if it was not the mail's turn", async () => {
        const { code } = await register(kevin());
        await claim(code.mailId);
        await stage.owed.postpone(code.mailId, 0, '535 wrong password', 'nothing');
        expect(await claim(code.mailId)).toMatchObject({ attempt: 1, unknownOutcomes: 0 });
      });

      it('counts as an unknown outcome if the server may have the mail, until the mail is owed again', async () => {
        const account = await register(kevin());
        await claim(account.code.mailId);
        await stage.owed.postpone(account.code.mailId, 0, 'closed after DATA', 'unknown');
        expect(await claim(account.code.mailId)).toMatchObject({ attempt: 2, unknownOutcomes: 1 });
        const next = await renewed(account);
        expect(await claim(next)).toMatchObject({ attempt: 1, unknownOutcomes: 0 });
      });

      it('keeps the code valid if it is given up and the person may have it', async () => {
        const account = await register(kevin());
        await claim(account.code.mailId);
        await stage.owed.giveUp(account.code.mailId, 'closed after DATA', 'outcome_unknown');
        expect(await redeem(stage, account, true)).toMatchObject({ outcome: 'activated' });
      });
    });

    it('is not made for an account that was activated while its mail was owed', async () => {
      const account = await registerAndActivate(stage, kevin());
      expect(await stage.administration.backlog()).toEqual({
        owed: 0,
        oldestSeconds: 0,
        unattemptedSeconds: 0,
        givenUp: 0,
        withheld: 0,
      });
      expect(await claim(account.code.mailId)).toBeNull();
    });
  });
}
