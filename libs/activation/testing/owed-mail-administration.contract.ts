import { randomUUID } from 'node:crypto';
import { kevin, marie, type NewAccount } from './people';
import {
  claimMail,
  deliver,
  dueMails,
  registerAndActivate,
  registerAndDeliver,
  renew,
  type Stage,
} from './stage';

export function describeOwedMailAdministrationContract(name: string, create: () => Promise<Stage>): void {
  describe(`OwedMailAdministration contract: ${name}`, () => {
    let stage: Stage;
    beforeEach(async () => {
      stage = await create();
    });

    const claim = (id: string) => claimMail(stage, id);
    const dueIds = () => dueMails(stage);
    const register = async (account: NewAccount): Promise<NewAccount> => {
      await stage.register(account);
      return account;
    };

    describe('list and backlog', () => {
      it('show the oldest first, up to a limit', async () => {
        const first = await register(kevin());
        await stage.advanceTime(100);
        const second = await register(marie());
        expect((await stage.administration.list(10)).map(({ id }) => id)).toEqual([
          first.code.mailId,
          second.code.mailId,
        ]);
        expect(await stage.administration.list(1)).toHaveLength(1);
        const { owed, oldestSeconds } = await stage.administration.backlog();
        expect(owed).toBe(2);
        expect(oldestSeconds).toBeGreaterThanOrEqual(100);
        expect(oldestSeconds).toBeLessThan(160);
      });

      it('distinguish the age of the oldest mail without a first attempt from that of the oldest', async () => {
        const tried = await register(kevin());
        await claim(tried.code.mailId);
        await stage.advanceTime(100);
        expect((await stage.administration.backlog()).unattemptedSeconds).toBe(0);
        await register(marie());
        const { oldestSeconds, unattemptedSeconds } = await stage.administration.backlog();
        expect(oldestSeconds).toBeGreaterThanOrEqual(100);
        expect(unattemptedSeconds).toBeLessThan(60);
      });

      it('measure the age of a mail from when it became owed, not from its account', async () => {
        const account = await registerAndDeliver(stage, kevin());
        await stage.advanceTime(10_000);
        await renew(stage, account);
        expect((await stage.administration.backlog()).oldestSeconds).toBeLessThan(60);
        const [listed] = await stage.administration.list(1);
        expect(Date.now() - (listed?.owedSince.getTime() ?? 0)).toBeLessThan(60_000);
        await deliver(stage, listed?.id ?? '');
      });
    });

    describe('endUndeliverable', () => {
      it('ends a registration once, and frees the address', async () => {
        const account = await registerAndDeliver(stage, kevin());
        expect(await stage.administration.endUndeliverable(account.code.mailId, 'bounced: 5.1.1')).toBe(true);
        expect(await stage.administration.endUndeliverable(account.code.mailId, 'bounced: 5.1.1')).toBe(
          false,
        );
        const [listed] = await stage.administration.list(1);
        expect(listed).toMatchObject({ state: 'given_up', dueAt: null, lastError: 'bounced: 5.1.1' });
        await stage.register(kevin());
      });

      it('changes nothing for an activated account or an unknown mail', async () => {
        const activated = await registerAndActivate(stage, marie());
        expect(await stage.administration.endUndeliverable(activated.code.mailId, 'x')).toBe(false);
        expect(await stage.administration.endUndeliverable(randomUUID(), 'x')).toBe(false);
        expect((await stage.account(activated.email))?.activatedAt).not.toBeNull();
      });
    });

    describe('retryGivenUp', () => {
      it('makes given-up mails owed again, with all attempts', async () => {
        const account = await register(kevin());
        const other = await register(marie());
        await claim(account.code.mailId);
        await stage.owed.giveUp(account.code.mailId, '550 no such mailbox', 'refused');
        expect(await stage.administration.retryGivenUp()).toBe(1);
        expect((await dueIds()).sort()).toEqual([account.code.mailId, other.code.mailId].sort());
        expect(await stage.administration.backlog()).toMatchObject({ owed: 2, givenUp: 0, withheld: 0 });
        expect(await claim(account.code.mailId)).toMatchObject({ attempt: 1 });
        expect(await stage.administration.retryGivenUp()).toBe(0);
      });
    });

    describe('retryPostponed', () => {
      it('makes mails due that wait for their next attempt, keeps their attempts, and skips mails being sent', async () => {
        const [waiting, sending] = [await register(kevin()), await register(marie())];
        await claim(waiting.code.mailId);
        await stage.owed.postpone(waiting.code.mailId, 3_600, '452 mailbox full');
        await claim(sending.code.mailId);
        expect(await dueIds()).toEqual([]);
        expect(await stage.administration.retryPostponed()).toBe(1);
        expect(await dueIds()).toEqual([waiting.code.mailId]);
        expect(await claim(waiting.code.mailId)).toMatchObject({ attempt: 2 });
        expect(await stage.administration.retryPostponed()).toBe(0);
      });
    });
  });
}
