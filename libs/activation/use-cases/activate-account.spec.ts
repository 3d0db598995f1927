import { parseEnvironment } from '@app/runtime';
import { CodeDeriver } from '../domain/activation-code';
import {
  deliver,
  fakeStage,
  guessWrong,
  kevin,
  LIFE_SECONDS,
  registerAndDeliver,
  renew,
  type NewAccount,
} from '../testing';
import { ActivateAccount, type ActivationAttempt } from './activate-account';

describe('ActivateAccount', () => {
  const codes = new CodeDeriver('a secret key of more than thirty-two characters');
  const environment = parseEnvironment({ ACTIVATION_CODE_MAX_ATTEMPTS: '3' });
  let stage: ReturnType<typeof fakeStage>;
  let activate: ActivateAccount;

  beforeEach(() => {
    stage = fakeStage();
    activate = new ActivateAccount(stage.activations, environment, codes);
  });

  const attemptTo = async ({ email }: NewAccount, code: string, details: Partial<ActivationAttempt> = {}) => {
    const account = stage.accounts.state(email);
    if (account === null) throw new Error(`${email} has no account`);
    return await activate.activateAccount({ account, code, ...details });
  };
  const refused = (code: string) => ({ name: 'ActivationError', code });
  const wrongCode = (right: string): string => (right === '0000' ? '0001' : '0000');

  it('activates with the code of the mail, and returns the time', async () => {
    const account = await registerAndDeliver(stage, kevin());
    const { activatedAt } = await attemptTo(account, codes.derive(account.code));
    expect(stage.accounts.state(account.email)?.activatedAt).toEqual(activatedAt);
  });

  it('counts wrong codes, and accepts no more than configured', async () => {
    const account = await registerAndDeliver(stage, kevin());
    const right = codes.derive(account.code);
    for (const attemptsLeft of [2, 1]) {
      await expect(attemptTo(account, wrongCode(right))).rejects.toMatchObject({
        ...refused('activation.code_wrong'),
        details: { attemptsLeft, resendAllowedAt: expect.any(Date) },
      });
    }
    await expect(attemptTo(account, wrongCode(right))).rejects.toMatchObject({
      ...refused('activation.code_dead'),
      details: { attemptsLeft: 0, resendAllowedAt: expect.any(Date) },
    });
    await expect(attemptTo(account, right)).rejects.toMatchObject(refused('activation.code_dead'));
  });

  it('treats a code with a different length or white space as wrong', async () => {
    const account = await registerAndDeliver(stage, kevin());
    const right = codes.derive(account.code);
    for (const attempt of [`${right}0`, ` ${right}`]) {
      await expect(attemptTo(account, attempt)).rejects.toMatchObject(refused('activation.code_wrong'));
    }
  });

  it('reports the code as dead if it expired or was never sent', async () => {
    const account = kevin();
    await stage.register(account);
    const right = codes.derive(account.code);
    await expect(attemptTo(account, right)).rejects.toMatchObject(refused('activation.code_dead'));
    await deliver(stage, account.code.mailId);
    await stage.advanceTime(LIFE_SECONDS + 1);
    await expect(attemptTo(account, right)).rejects.toMatchObject(refused('activation.code_dead'));
  });

  it('reports an activated account as such, whatever the code', async () => {
    const account = await registerAndDeliver(stage, kevin());
    const right = codes.derive(account.code);
    await attemptTo(account, right);
    const already = refused('activation.already_activated');
    await expect(attemptTo(account, right)).rejects.toMatchObject(already);
    await expect(
      activate.activateAccount({ account: { ...account, activatedAt: new Date(), code: null }, code: right }),
    ).rejects.toMatchObject(already);
  });

  it('recognizes the code of the previous mail for two minutes, without spending an attempt', async () => {
    const account = await registerAndDeliver(stage, kevin());
    const old = codes.derive(account.code);
    const renewed = await renew(stage, account);
    await deliver(stage, renewed.code.mailId);
    await guessWrong(stage, renewed, 1);
    for (let n = 0; n < 5; n += 1) {
      await expect(attemptTo(account, old)).rejects.toMatchObject({
        ...refused('activation.code_replaced'),
        details: { attemptsLeft: 2, resendAllowedAt: expect.any(Date) },
      });
    }
    await stage.advanceTime(50);
    await expect(attemptTo(account, codes.derive(renewed.code))).resolves.toMatchObject({ replayed: false });
  });

  it('treats the code of a mail older than two minutes as wrong', async () => {
    const account = await registerAndDeliver(stage, kevin());
    await stage.advanceTime(121);
    const renewed = await renew(stage, account);
    await deliver(stage, renewed.code.mailId);
    await expect(attemptTo(account, codes.derive(account.code))).rejects.toMatchObject({
      ...refused('activation.code_wrong'),
      details: { attemptsLeft: 2 },
    });
  });

  it('answers the same request as before, and a different one as too late', async () => {
    const account = await registerAndDeliver(stage, kevin());
    const right = codes.derive(account.code);
    const request = { requestDigest: Buffer.from('request 1') };
    const first = await attemptTo(account, right, request);
    expect(first).toEqual({ activatedAt: expect.any(Date), replayed: false });
    expect(await attemptTo(account, right, request)).toEqual({ ...first, replayed: true });
    for (const other of [Buffer.from('request 2'), null]) {
      const late = attemptTo(account, right, { requestDigest: other });
      await expect(late).rejects.toMatchObject(refused('activation.already_activated'));
    }
  });
});
