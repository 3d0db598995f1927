import type { Locale } from '@app/mail';
import { FakeDoorbell } from '@app/owed-work/testing';
import { parseEnvironment } from '@app/runtime';
import {
  claimMail,
  dueMails,
  fakeStage,
  kevin,
  redeem,
  registerAndActivate,
  registerAndDeliver,
  type NewAccount,
} from '../testing';
import { CodeDeriver } from '../domain/activation-code';
import { IssueNewCode } from './issue-new-code';

describe('IssueNewCode', () => {
  let stage: ReturnType<typeof fakeStage>;
  let doorbell: FakeDoorbell;
  let issue: IssueNewCode;

  beforeEach(() => {
    stage = fakeStage();
    doorbell = new FakeDoorbell();
    const environment = parseEnvironment({ ACTIVATION_CODE_LENGTH: '6' });
    issue = new IssueNewCode(stage.activations, environment, new CodeDeriver('x'.repeat(32)), doorbell);
  });

  const ask = ({ id, email }: NewAccount, locale: Locale = 'en', requestId: string | null = null) =>
    issue.issueNewCode({ account: { id, email, activatedAt: null, code: null }, locale, requestId });

  it('owes the mail of a new code, rings the doorbell, and invalidates the old code', async () => {
    const account = await registerAndDeliver(stage, kevin());
    await ask(account, 'fr', 'request-2');
    const [id] = await dueMails(stage);
    expect(doorbell.rings).toBe(1);
    expect(id).not.toBe(account.code.mailId);
    expect(await redeem(stage, account, true)).toMatchObject({ outcome: 'dead' });
    expect(await claimMail(stage, id ?? '')).toMatchObject({
      code: { mailId: id, digits: 6 },
      locale: 'fr',
      requestId: 'request-2',
    });
  });

  it('finishes once the row is written, whether or not the doorbell works', async () => {
    const account = await registerAndDeliver(stage, kevin());
    await ask(account);
    expect(await dueMails(stage)).toHaveLength(1);
  });

  it('refuses codes beyond the limit of a registration, and says when the last one expires', async () => {
    const account = await registerAndDeliver(stage, kevin());
    for (let resend = 0; resend < 10; resend += 1) await ask(account);
    await expect(ask(account)).rejects.toMatchObject({
      name: 'ActivationError',
      code: 'activation.codes_used_up',
      details: { retryAfterSeconds: 60 },
    });
    expect(doorbell.rings).toBe(10);
  });

  it('reports a registration as gone if it was purged or replaced', async () => {
    await expect(ask(kevin())).rejects.toMatchObject({ code: 'activation.registration_gone' });
    expect(doorbell.rings).toBe(0);
  });

  it('sends nothing to an activated account', async () => {
    const account = await registerAndActivate(stage, kevin());
    await expect(ask(account)).rejects.toMatchObject({
      name: 'ActivationError',
      code: 'activation.already_activated',
    });
    expect(doorbell.rings).toBe(0);
  });
});
