import { FakeMailQueue } from '@app/mail/testing';
import { createLogger, parseEnvironment } from '@app/runtime';
import { fakeStage, kevin, redeem, registerAndActivate, registerAndDeliver } from '../testing';
import { AnnounceMail } from './announce-mail';
import { IssueNewCode } from './issue-new-code';

describe('IssueNewCode', () => {
  let stage: ReturnType<typeof fakeStage>;
  let queue: FakeMailQueue;
  let issue: IssueNewCode;

  beforeEach(() => {
    stage = fakeStage();
    queue = new FakeMailQueue();
    const announce = new AnnounceMail(queue, createLogger({ level: 'silent', app: 'test' }));
    const environment = parseEnvironment({ ACTIVATION_CODE_LENGTH: '6' });
    issue = new IssueNewCode(stage.activations, environment, announce);
  });

  it('owes and announces the mail of a fresh code, and kills the old one', async () => {
    const account = await registerAndDeliver(stage, kevin());
    await issue.execute(account, 'fr', 'request-2');
    const [id] = queue.announced;
    expect(queue.announced).toHaveLength(1);
    expect(id).not.toBe(account.code.mailId);
    expect(await redeem(stage, account, true)).toEqual({ outcome: 'dead' });
    expect(await stage.owed.claim(id ?? '', 12, 60)).toMatchObject({
      code: { mailId: id, digits: 6 },
      locale: 'fr',
      requestId: 'request-2',
    });
  });

  it('is done once the row is written: the queue being away changes nothing', async () => {
    const account = await registerAndDeliver(stage, kevin());
    queue.away = true;
    await issue.execute(account, 'en', null);
    expect(await stage.owed.due(10)).toHaveLength(1);
  });

  it('ends with the codes that one registration may have, and says when its last one is dead', async () => {
    const account = await registerAndDeliver(stage, kevin());
    for (let resend = 0; resend < 10; resend += 1) await issue.execute(account, 'en', null);
    await expect(issue.execute(account, 'en', null)).rejects.toMatchObject({
      name: 'ActivationError',
      code: 'activation.codes_used_up',
      retryAfterSeconds: 60,
    });
    expect(queue.announced).toHaveLength(10);
  });

  it('sends nothing to an account that is activated already', async () => {
    const account = await registerAndActivate(stage, kevin());
    await expect(issue.execute(account, 'en', null)).rejects.toMatchObject({
      name: 'ActivationError',
      code: 'activation.already_activated',
    });
    expect(queue.announced).toEqual([]);
  });
});
