import { createLogger, parseEnvironment, requestContext, Unavailable } from '@app/runtime';
import { sendSecondsMax } from '@app/mail';
import { FakeMailer } from '@app/mail/testing';
import { CodeDeriver } from '../domain/activation-code';
import {
  dueMails,
  fakeStage,
  guest,
  kevin,
  LIFE_SECONDS,
  marie,
  redeem,
  registerAndActivate,
} from '../testing';
import { decide, SendOwedMail } from './send-owed-mail';

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

  /** Sends everything that is due, as the loop does. Resolves to the outcomes. */
  const sendDue = async (limit = 100): Promise<string[]> => {
    const mails = await send.claim(limit);
    const attempted = await Promise.all(mails.map((mail) => send.attempt(mail)));
    await send.settle(attempted);
    return attempted.map(({ mail, outcome }) => send.metricOf(mail, outcome));
  };

  it('sends the derived code to the stored address, in its language, and settles the mail', async () => {
    const account = marie();
    await stage.register(account);
    expect(await sendDue()).toEqual(['sent']);
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
    expect(await stage.administration.backlog()).toMatchObject({ owed: 0 });
    expect(await redeem(stage, account, true)).toMatchObject({ outcome: 'activated' });
  });

  it('sends once, however often it is woken', async () => {
    await stage.register(kevin());
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => sendDue()));
    expect(outcomes.flat()).toEqual(['sent']);
    expect(mailer.sent).toHaveLength(1);
  });

  it('sends nothing that is no longer needed', async () => {
    await registerAndActivate(stage, kevin());
    mailer.sent.length = 0;
    expect(await sendDue()).toEqual([]);
    expect(mailer.sent).toEqual([]);
  });

  it('sends the notice to the owner of an activated account, without a code', async () => {
    const account = await registerAndActivate(stage, kevin());
    const row = stage.accounts.rows.get(account.email);
    Object.assign(row ?? {}, { mailId: 'notice', dueAt: stage.accounts.now() });
    expect(await sendDue()).toEqual(['sent']);
    expect(mailer.sent).toEqual([
      { id: 'notice', to: account.email, locale: 'en', content: { kind: 'address_taken' } },
    ]);
  });

  it('retries with the same code after a temporary refusal', async () => {
    const account = kevin();
    await stage.register(account);
    await mailer.postpone();
    expect(await sendDue()).toEqual(['postponed']);
    const [owed] = await stage.administration.list(1);
    expect(owed).toMatchObject({ attempts: 1, lastError: '451 4.7.1 not now' });
    const delayMs = (owed?.dueAt?.getTime() ?? 0) - stage.accounts.now();
    expect(delayMs).toBeGreaterThan(1_000);
    expect(delayMs).toBeLessThan(3_000);
    expect(await sendDue()).toEqual([]);
    await stage.advanceTime(3);
    await mailer.take();
    expect(await sendDue()).toEqual(['sent']);
    expect(mailer.sent[0]?.content).toMatchObject({ code: codes.derive(account.code) });
  });

  it('gives up immediately after a permanent refusal', async () => {
    const account = kevin();
    await stage.register(account);
    await mailer.refuse();
    expect(await sendDue()).toEqual(['given_up']);
    expect(await stage.administration.backlog()).toMatchObject({ owed: 0, givenUp: 1 });
    await mailer.take();
    expect(await stage.administration.retryGivenUp()).toBe(1);
    expect(await sendDue()).toEqual(['sent']);
  });

  it('gives up after a day of attempts, and not earlier', async () => {
    const account = kevin();
    await stage.register(account);
    await mailer.postpone();
    let attempts = 0;
    let seconds = 0;
    for (let outcome = ''; outcome !== 'given_up'; attempts += 1) {
      const [owed] = await stage.administration.list(1);
      const waitSeconds = Math.max(0, ((owed?.dueAt?.getTime() ?? 0) - stage.accounts.now()) / 1_000) + 0.001;
      await stage.advanceTime(waitSeconds);
      seconds += waitSeconds;
      [outcome = ''] = await sendDue();
    }
    expect(attempts).toBe(300);
    expect(seconds).toBeGreaterThan(86_400 * 0.8);
    expect(seconds).toBeLessThan(86_400 * 1.3);
  });

  it('never gives up held mails, and sends them when mails flow again', async () => {
    await stage.register(kevin());
    await mailer.becomeUnavailable();
    for (let attempt = 0; attempt < 400; attempt += 1) {
      expect(await sendDue()).toEqual(['held']);
      await stage.advanceTime(2);
    }
    await mailer.take();
    expect(await sendDue()).toEqual(['sent']);
  });

  it('delays all mails while the server accepts none, and no other mail for one that it refuses', async () => {
    await stage.register(kevin());
    await mailer.becomeUnavailable();
    const [mail] = await send.claim(1);
    if (mail === undefined) throw new Error('No mail was due');
    const attempted = await send.attempt(mail);
    expect(attempted.outcome.kind).toBe('held');
    expect(send.setbackOf(attempted)).toEqual({ retryAfterSeconds: 1 });
    jest.spyOn(mailer, 'heldForSeconds').mockReturnValue(0);
    expect(send.setbackOf(attempted)).toBeNull();
  });

  it('retries a mail with unknown outcome twice, and no more', async () => {
    await stage.register(kevin());
    await mailer.breakAfterAccepting();
    const outcomes: string[] = [];
    for (let attempt = 0; attempt < 4; attempt += 1) {
      outcomes.push(...(await sendDue()));
      await stage.advanceTime(60);
    }
    expect(outcomes).toEqual(['postponed', 'postponed', 'given_up']);
  });

  it('leaves the mail owed if the worker dies while sending it', async () => {
    const account = kevin();
    await stage.register(account);
    jest.spyOn(stage.owed, 'markSent').mockRejectedValueOnce(new Error('killed'));
    await expect(sendDue()).rejects.toThrow('killed');
    await stage.advanceTime(sendSecondsMax(parseEnvironment({})) + 10);
    expect(await sendDue()).toEqual(['sent']);
    expect(mailer.sent.map(({ id, content }) => ({ id, content }))).toEqual([
      { id: account.code.mailId, content: mailer.sent[0]?.content },
      { id: account.code.mailId, content: mailer.sent[0]?.content },
    ]);
  });

  it('stores the outcomes of several mails together', async () => {
    for (let n = 0; n < 5; n += 1) await stage.register(guest(n));
    const markSent = jest.spyOn(stage.owed, 'markSent');
    expect(await sendDue()).toEqual(Array.from({ length: 5 }, () => 'sent'));
    expect(markSent).toHaveBeenCalledTimes(1);
    expect(await stage.administration.backlog()).toMatchObject({ owed: 0 });
  });

  it('releases mails of a lost claim, and no mail that it is sending', async () => {
    const [first, second] = [kevin(), marie()];
    await stage.register(first);
    const sending = await send.claim(1);
    await stage.register(second);
    const claim = stage.owed.claimDue.bind(stage.owed);
    jest.spyOn(stage.owed, 'claimDue').mockImplementationOnce(async (...how) => {
      await claim(...how);
      throw new Unavailable('database', 'away');
    });
    await expect(send.claim(1)).rejects.toThrow('away');
    expect(await dueMails(stage)).toEqual([]);
    // No lease to wait for.
    await send.release(sending.map(({ id }) => id));
    const found = await send.claim(10);
    expect(found.map(({ id }) => id)).toEqual([second.code.mailId]);
    expect(sending.map(({ id }) => id)).toEqual([first.code.mailId]);
  });

  it('logs the id of the request that caused the mail, and neither code nor address', async () => {
    const people = [kevin({ requestId: 'request-7' }), guest(1)];
    for (const person of people) await stage.register(person);
    await sendDue(1);
    await mailer.refuse();
    await sendDue(1);
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

describe('the consequence of an outcome', () => {
  const mail = {
    id: '8e2e4b9e-7a77-4d43-9a4d-000000000000',
    email: 'kevin@example.com',
    locale: 'en',
    requestId: null,
    traceParent: null,
    attempt: 1,
    unknownOutcomes: 0,
    code: null,
  } as const;

  it('is giving up if the recipient is at fault', () => {
    expect(decide(mail, { kind: 'refused', reason: '550 5.1.1' })).toEqual({ giveUp: 'refused' });
  });

  it("is a retry without counting an attempt if the service is at fault, after the mailer's delay", () => {
    const held = { kind: 'held', reason: '535', retryInSeconds: 3 } as const;
    expect(decide({ ...mail, attempt: 10_000 }, held)).toEqual({ retryInSeconds: 3, counts: 'nothing' });
  });

  it('is a retry after a temporary refusal, at most three hundred times', () => {
    const deferred = { kind: 'deferred', reason: '451 greylisted' } as const;
    expect(decide({ ...mail, attempt: 299 }, deferred)).toMatchObject({ counts: 'attempt' });
    expect(decide({ ...mail, attempt: 300 }, deferred)).toEqual({ giveUp: 'tried_too_often' });
  });

  it('is two more attempts if the outcome is unknown, then giving up', () => {
    const unknown = { kind: 'unknown', reason: 'closed after DATA' } as const;
    expect(decide({ ...mail, attempt: 9, unknownOutcomes: 1 }, unknown)).toMatchObject({ counts: 'unknown' });
    expect(decide({ ...mail, unknownOutcomes: 2 }, unknown)).toEqual({ giveUp: 'outcome_unknown' });
  });
});
