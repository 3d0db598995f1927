import { sendSecondsMax } from '@app/mail';
import { FakeMailer } from '@app/mail/testing';
import { createLogger, parseEnvironment, requestContext, Unavailable } from '@app/runtime';
import { CodeDeriver } from '../domain/activation-code';
import { fakeStage, guest, kevin, LIFE_SECONDS, marie, redeem, registerAndActivate } from '../testing';
import { SendOwedMail } from './send-owed-mail';

describe('SendOwedMail', () => {
  const codes = new CodeDeriver('a secret key of more than thirty-two characters');
  let stage: ReturnType<typeof fakeStage>;
  let mailer: FakeMailer;
  let lines: string[];
  let send: SendOwedMail;

  beforeEach(() => {
    stage = fakeStage();
    mailer = new FakeMailer();
    lines = [];
    const logger = createLogger({ level: 'trace', app: 'test' }, { write: (line) => void lines.push(line) });
    send = new SendOwedMail(stage.owed, mailer, parseEnvironment({}), logger, codes);
  });

  it('sends the derived code to the stored address, in its language, and settles the mail', async () => {
    const account = marie();
    await stage.register(account);
    expect(await send.execute(account.code.mailId)).toBe('sent');
    expect(mailer.sent).toEqual([
      {
        id: account.code.mailId,
        to: account.email,
        locale: 'fr',
        content: {
          kind: 'activation_code',
          code: codes.derive(account.code),
          expiresInSeconds: LIFE_SECONDS,
        },
      },
    ]);
    expect(await stage.owed.backlog()).toMatchObject({ owed: 0 });
    expect(await redeem(stage, account, true)).toMatchObject({ outcome: 'activated' });
  });

  it('sends once however often the job comes', async () => {
    const account = kevin();
    await stage.register(account);
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => send.execute(account.code.mailId)));
    expect(outcomes.filter((outcome) => outcome === 'sent')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'not_wanted')).toHaveLength(9);
    expect(mailer.sent).toHaveLength(1);
  });

  it('sends nothing that is not wanted any more', async () => {
    const activated = await registerAndActivate(stage, kevin());
    expect(await send.execute(activated.code.mailId)).toBe('not_wanted');
    expect(await send.execute('8e2e4b9e-7a77-4d43-9a4d-000000000000')).toBe('not_wanted');
    expect(mailer.sent).toEqual([]);
  });

  it('sends the notice to the owner of an activated account, without a code', async () => {
    const account = await registerAndActivate(stage, kevin());
    const row = stage.accounts.rows.get(account.email);
    Object.assign(row ?? {}, { mailId: 'notice', dueAt: stage.accounts.now() });
    expect(await send.execute('notice')).toBe('sent');
    expect(mailer.sent).toEqual([
      { id: 'notice', to: account.email, locale: 'en', content: { kind: 'address_taken' } },
    ]);
  });

  it('tries again later, with the same code, what the server did not take for now', async () => {
    const account = kevin();
    await stage.register(account);
    await mailer.postpone();
    expect(await send.execute(account.code.mailId)).toBe('postponed');
    const [owed] = await stage.owed.list(1);
    expect(owed).toMatchObject({ attempts: 1, lastError: '451 4.7.1 not now' });
    const delayMs = (owed?.dueAt?.getTime() ?? 0) - stage.accounts.now();
    expect(delayMs).toBeGreaterThan(1_000);
    expect(delayMs).toBeLessThan(3_000);
    expect(await send.execute(account.code.mailId)).toBe('not_wanted');
    await stage.letPass(3);
    await mailer.take();
    expect(await send.execute(account.code.mailId)).toBe('sent');
    expect(mailer.sent[0]?.content).toMatchObject({ code: codes.derive(account.code) });
  });

  it('gives up at once what the server will never take', async () => {
    const account = kevin();
    await stage.register(account);
    await mailer.refuse();
    expect(await send.execute(account.code.mailId)).toBe('given_up');
    expect(await stage.owed.backlog()).toMatchObject({ owed: 0, givenUp: 1 });
    await mailer.take();
    expect(await stage.owed.retryGivenUp()).toBe(1);
    expect(await send.execute(account.code.mailId)).toBe('sent');
  });

  it('gives up after a day of trying, and not before', async () => {
    const account = kevin();
    await stage.register(account);
    await mailer.postpone();
    let attempts = 0;
    let seconds = 0;
    for (let outcome = ''; outcome !== 'given_up'; attempts += 1) {
      const [owed] = await stage.owed.list(1);
      const waitSeconds = Math.max(0, ((owed?.dueAt?.getTime() ?? 0) - stage.accounts.now()) / 1_000) + 0.001;
      await stage.letPass(waitSeconds);
      seconds += waitSeconds;
      outcome = await send.execute(account.code.mailId);
    }
    expect(attempts).toBe(300);
    expect(seconds).toBeGreaterThan(86_400 * 0.8);
    expect(seconds).toBeLessThan(86_400 * 1.3);
  });

  it('never gives up what is held, and tries it when the mails flow again', async () => {
    const account = kevin();
    await stage.register(account);
    await mailer.goAway();
    for (let attempt = 0; attempt < 400; attempt += 1) {
      expect(await send.execute(account.code.mailId)).toBe('postponed');
      await stage.letPass(2);
    }
    await mailer.take();
    expect(await send.execute(account.code.mailId)).toBe('sent');
  });

  it('tries a mail whose fate is unknown twice more, and then no more', async () => {
    const account = kevin();
    await stage.register(account);
    await mailer.breakOff();
    const outcomes: string[] = [];
    for (let attempt = 0; attempt < 4; attempt += 1) {
      outcomes.push(await send.execute(account.code.mailId));
      await stage.letPass(60);
    }
    expect(outcomes).toEqual(['postponed', 'postponed', 'given_up', 'not_wanted']);
  });

  it('leaves the mail owed when the worker dies with it in hand', async () => {
    const account = kevin();
    await stage.register(account);
    jest.spyOn(stage.owed, 'markSent').mockRejectedValueOnce(new Error('killed'));
    await expect(send.execute(account.code.mailId)).rejects.toThrow('killed');
    await stage.letPass(sendSecondsMax(parseEnvironment({})) + 10);
    expect(await send.execute(account.code.mailId)).toBe('sent');
    expect(mailer.sent.map(({ id, content }) => ({ id, content }))).toEqual([
      { id: account.code.mailId, content: mailer.sent[0]?.content },
      { id: account.code.mailId, content: mailer.sent[0]?.content },
    ]);
  });

  it('settles a mail that was taken, once the database is back', async () => {
    const account = kevin();
    await stage.register(account);
    jest.spyOn(stage.owed, 'markSent').mockRejectedValueOnce(new Unavailable('database', 'away'));
    expect(await send.execute(account.code.mailId)).toBe('sent');
    expect(await stage.owed.backlog()).toMatchObject({ owed: 0 });
    expect(mailer.sent).toHaveLength(1);
  });

  it('lets go of a mail whose claim was not answered, once the database is back', async () => {
    const account = kevin();
    await stage.register(account);
    const away = new Unavailable('database', 'away');
    const claim = stage.owed.claim.bind(stage.owed);
    jest.spyOn(stage.owed, 'claim').mockImplementationOnce(async (...how) => {
      await claim(...how);
      throw away;
    });
    jest.spyOn(stage.owed, 'postpone').mockRejectedValueOnce(away);
    await expect(send.execute(account.code.mailId)).rejects.toBe(away);
    // No lease to wait for.
    expect(await send.execute(account.code.mailId)).toBe('sent');
  });

  it('logs under the request that caused the mail, and neither code nor address', async () => {
    const people = [kevin({ requestId: 'request-7' }), guest(1)];
    for (const person of people) await stage.register(person);
    await send.execute(people[0]?.code.mailId ?? '');
    await mailer.refuse();
    await send.execute(people[1]?.code.mailId ?? '');
    expect(requestContext.getStore()).toBeUndefined();
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ request_id: 'request-7', level: 'info' });
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ request_id: people[1]?.requestId, level: 'error' });
    for (const person of people) {
      expect(lines.join()).not.toContain(person.email);
      expect(lines.join()).not.toContain(`"${codes.derive(person.code)}"`);
    }
  });
});
