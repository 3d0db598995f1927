import { parseEnvironment } from '@app/runtime';
import { CodeDeriver } from '../domain/activation-code';
import { deliver, fakeStage, kevin, LIFE_SECONDS, registerAndDeliver } from '../testing';
import { ActivateAccount } from './activate-account';

describe('ActivateAccount', () => {
  const codes = new CodeDeriver('a secret key of more than thirty-two characters');
  const environment = parseEnvironment({ ACTIVATION_CODE_MAX_ATTEMPTS: '3' });
  let stage: ReturnType<typeof fakeStage>;
  let activate: ActivateAccount;

  beforeEach(() => {
    stage = fakeStage();
    activate = new ActivateAccount(stage.activations, environment, codes);
  });

  const refused = (code: string) => ({ name: 'ActivationError', code });
  const wrongCode = (right: string): string => (right === '0000' ? '0001' : '0000');

  it('activates with the code of the mail, and says when', async () => {
    const account = await registerAndDeliver(stage, kevin());
    const activatedAt = await activate.execute(account, codes.derive(account.code));
    expect(stage.accounts.state(account.email)?.activatedAt).toEqual(activatedAt);
  });

  it('counts wrong codes, and takes no more than the environment allows', async () => {
    const account = await registerAndDeliver(stage, kevin());
    const right = codes.derive(account.code);
    for (let n = 0; n < 3; n += 1) {
      await expect(activate.execute(account, wrongCode(right))).rejects.toMatchObject(
        refused('activation.code_wrong'),
      );
    }
    await expect(activate.execute(account, right)).rejects.toMatchObject(refused('activation.code_dead'));
  });

  it('takes a code that differs in length or has white space for a wrong one', async () => {
    const account = await registerAndDeliver(stage, kevin());
    const right = codes.derive(account.code);
    for (const attempt of [`${right}0`, right.slice(1), ` ${right}`]) {
      await expect(activate.execute(account, attempt)).rejects.toMatchObject(
        refused('activation.code_wrong'),
      );
    }
  });

  it('finds the code dead when it expired, or was never sent', async () => {
    const account = kevin();
    await stage.register(account);
    const right = codes.derive(account.code);
    await expect(activate.execute(account, right)).rejects.toMatchObject(refused('activation.code_dead'));
    await deliver(stage, account.code.mailId);
    await stage.letPass(LIFE_SECONDS + 1);
    await expect(activate.execute(account, right)).rejects.toMatchObject(refused('activation.code_dead'));
  });

  it('says that an account is activated already, whatever the code', async () => {
    const account = await registerAndDeliver(stage, kevin());
    const right = codes.derive(account.code);
    await activate.execute(account, right);
    const already = refused('activation.already_activated');
    await expect(activate.execute(account, right)).rejects.toMatchObject(already);
    await expect(activate.execute({ ...account, code: null }, right)).rejects.toMatchObject(already);
  });

  it('keeps the costlier hash that comes with a success', async () => {
    const account = await registerAndDeliver(stage, kevin());
    await activate.execute(account, codes.derive(account.code), 'costlier');
    expect(stage.accounts.state(account.email)?.passwordHash).toBe('costlier');
  });
});
