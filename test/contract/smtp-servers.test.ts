import { setTimeout as pause } from 'node:timers/promises';
import type { Mailer, MailOutcome } from '@app/mail';
import { codeForKevin } from '@app/mail/testing';
import type { Script } from './raw-smtp';
import { closeSmtpStage, mailerFor, serverWith } from './smtp-stage';

afterEach(closeSmtpStage);

/** Sends as the worker does: held and deferred mails are retried until they are settled. */
async function settle(mailer: Mailer, mail = codeForKevin(), forMs = 30_000): Promise<MailOutcome> {
  const deadline = performance.now() + forMs;
  for (;;) {
    const outcome = await mailer.send(mail);
    if ((outcome.kind !== 'held' && outcome.kind !== 'deferred') || performance.now() > deadline)
      return outcome;
    await pause(Math.max(mailer.heldForSeconds() * 1_000, 50));
  }
}

const mails = (count: number) =>
  Array.from({ length: count }, (_, index) => codeForKevin({ to: `guest${index}@example.com` }));

describe('A mail server with a limit per session', () => {
  const LIMIT = 10;
  it.each<[string, Script]>([
    ['452 4.4.5 to MAIL', { sender: (taken) => (taken < LIMIT ? '250 ok' : '452 4.4.5 Too many messages') }],
    ['554 to MAIL', { sender: (taken) => (taken < LIMIT ? '250 ok' : '554 Too many messages') }],
    [
      '452 4.4.5 to DATA',
      { data: (taken) => (taken < LIMIT ? '354 go ahead' : '452 4.4.5 Too many messages') },
    ],
    [
      '452 to RCPT',
      { recipient: (taken) => (taken < LIMIT ? '250 ok' : '452 Too many recipients received this hour') },
    ],
    [
      '450 to RCPT',
      { recipient: (taken) => (taken < LIMIT ? '250 ok' : '450 4.7.0 too many messages in this session') },
    ],
    ['554 to DATA', { data: (taken) => (taken < LIMIT ? '354 go ahead' : '554 Too many messages') }],
  ])('accepts all of 150 mails if it replies %s', async (_, script) => {
    const smtp = await serverWith(script);
    const { mailer } = await mailerFor(smtp.port);
    const outcomes = await Promise.all(mails(150).map((mail) => mailer.send(mail)));
    expect(outcomes.filter(({ kind }) => kind !== 'sent')).toEqual([]);
    expect(new Set(smtp.mails.map(({ recipient }) => recipient)).size).toBe(150);
    expect(smtp.mails).toHaveLength(150);
  });

  it('gets at most SMTP_MESSAGES_PER_CONNECTION mails per session', async () => {
    const smtp = await serverWith();
    const { mailer } = await mailerFor(smtp.port, {
      SMTP_MESSAGES_PER_CONNECTION: '3',
      MAIL_CONCURRENCY: '1',
    });
    for (const mail of mails(9)) await mailer.send(mail);
    expect([smtp.mails.length, smtp.sessions]).toEqual([9, 3]);
  });
});

describe('A slow mail server', () => {
  it('gets one copy if it replies to the final dot late but in time', async () => {
    const smtp = await serverWith({ acceptAfterMs: 3_000 });
    const { mailer } = await mailerFor(smtp.port);
    expect(await mailer.send(codeForKevin())).toEqual({ kind: 'sent' });
    expect(smtp.mails).toHaveLength(1);
  });

  it('has an unknown outcome if no reply comes in time, or the connection breaks', async () => {
    const late = await serverWith({ acceptAfterMs: 6_000 });
    const broken = await serverWith({ content: () => null });
    const senders = [await mailerFor(late.port), await mailerFor(broken.port)];
    const outcomes = await Promise.all(senders.map(({ mailer }) => mailer.send(codeForKevin())));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['unknown', 'unknown']);
    expect(senders.map(({ mailer }) => mailer.heldForSeconds())).toEqual([0, 0]);
  });

  it('is waited for if it greets after six seconds', async () => {
    const smtp = await serverWith({ greetingAfterMs: 6_000 });
    const { mailer } = await mailerFor(smtp.port);
    expect(await mailer.send(codeForKevin())).toEqual({ kind: 'sent' });
  });
});

describe('A mail server that refuses the service', () => {
  it.each<[string, Script]>([
    ['a quota', { recipient: () => '550 5.4.5 Daily user sending limit exceeded' }],
    [
      'an address that is not verified',
      { content: () => '554 Message rejected: Email address is not verified.' },
    ],
    ['relaying', { recipient: () => '554 5.7.1 <kevin@example.com>: Relay access denied' }],
    ['a block', { recipient: () => '550 5.7.1 Client host blocked using Spamhaus' }],
    ['the log-in', { auth: () => '535 5.7.8 Bad credentials' }],
    ['the sender', { sender: () => '550 5.7.60 not allowed to send as this sender' }],
    ['its greeting', { greeting: () => '554 5.7.1 no service' }],
  ])('holds the mails, and sends them automatically once it is fixed: %s', async (_, script) => {
    const smtp = await serverWith(script);
    const { mailer, changes } = await mailerFor(smtp.port, { SMTP_USERNAME: 'us', SMTP_PASSWORD: 'secret' });
    const outcome = await mailer.send(codeForKevin());
    expect(outcome).toMatchObject({ kind: 'held', reason: expect.not.stringMatching(/kevin@|secret/) });
    expect(changes).toEqual(['primary fails']);
    smtp.script = {};
    expect(await settle(mailer)).toEqual({ kind: 'sent' });
    expect(changes).toEqual(['primary fails', 'primary serves']);
  });

  it('sees only a few log-ins, not one per mail', async () => {
    const smtp = await serverWith({ auth: () => '535 5.7.8 Bad credentials' });
    const { mailer } = await mailerFor(smtp.port, { SMTP_USERNAME: 'us', SMTP_PASSWORD: 'x' });
    const until = performance.now() + 4_000;
    while (performance.now() < until) {
      await Promise.all(mails(40).map((mail) => mailer.send(mail)));
      await pause(200);
    }
    expect(smtp.logins).toBeLessThan(10 + 6);
  });

  it('delays no other mail because of a reply about one', async () => {
    const smtp = await serverWith({
      recipient: (_, to) => (to.startsWith('bad') ? '550 5.7.1 Recipient refuses mail' : '250 ok'),
    });
    const { mailer } = await mailerFor(smtp.port);
    expect(await mailer.send(codeForKevin({ to: 'bad@example.com' }))).toMatchObject({ kind: 'held' });
    expect(await mailer.send(codeForKevin())).toEqual({ kind: 'sent' });
  });
});

describe('A mailbox that is refused repeatedly for a reason other than the address', () => {
  it('delays no other mail, however often it is retried', async () => {
    const smtp = await serverWith({
      recipient: (_, to) => (to.startsWith('bad') ? '550 5.7.1 Recipient refuses mail' : '250 ok'),
    });
    const { mailer } = await mailerFor(smtp.port);
    const bad = codeForKevin({ to: 'bad@example.com' });
    for (let attempt = 0; attempt < 6; attempt += 1) {
      expect(await mailer.send(bad)).toMatchObject({
        kind: 'held',
        reason: expect.stringContaining('5.7.1'),
      });
      expect(mailer.heldForSeconds()).toBe(0);
    }
    expect(await mailer.send(codeForKevin())).toEqual({ kind: 'sent' });
  });
});

describe('A mail server without SMTPUTF8', () => {
  it('never receives an address with non-ASCII characters, which is refused with that reason', async () => {
    const smtp = await serverWith({ extensions: ['8BITMIME'], sender: () => '550 never asked' });
    const { mailer } = await mailerFor(smtp.port);
    expect(await mailer.send(codeForKevin({ to: 'kévin@example.com' }))).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('SMTPUTF8'),
    });
  });
});

describe('A host with several addresses or an IPv6 address', () => {
  it('is reached at the next address if the first is down', async () => {
    // localhost is ::1 and 127.0.0.1 if both exist; the server listens on only one of them.
    const smtp = await serverWith({}, 0, '127.0.0.1');
    const { mailer } = await mailerFor(smtp.port, { SMTP_HOST: 'localhost' });
    expect(await mailer.send(codeForKevin())).toEqual({ kind: 'sent' });
  });

  it('may be written in brackets', async () => {
    const smtp = await serverWith({}, 0, '::1');
    const { mailer } = await mailerFor(smtp.port, { SMTP_HOST: '[::1]' });
    expect(await mailer.send(codeForKevin())).toEqual({ kind: 'sent' });
  });
});

describe('A fallback', () => {
  it('accepts the mails once the first server has failed for ten seconds, with the same Message-ID', async () => {
    const first = await serverWith({ greeting: () => '421 4.3.0 down' });
    const second = await serverWith();
    const { mailer } = await mailerFor(first.port, {
      SMTP_FALLBACK_URL: `smtp://us:secret@127.0.0.1:${second.port}?tls=none`,
    });
    const mail = codeForKevin();
    const started = performance.now();
    expect(await settle(mailer, mail)).toEqual({ kind: 'sent' });
    expect(performance.now() - started).toBeGreaterThan(9_900);
    expect(second.mails[0]?.raw).toContain(`<${mail.id}@service.example>`);
    expect(second.logins).toBe(1);
    first.script = {};
    await pause(5_500);
    expect(await mailer.send(codeForKevin())).toEqual({ kind: 'sent' });
    expect([first.mails.length, second.mails.length]).toEqual([1, 1]);
  });

  it('never gets a mail that the first server may have', async () => {
    const first = await serverWith({ content: () => null });
    const second = await serverWith();
    const { mailer } = await mailerFor(first.port, {
      SMTP_FALLBACK_URL: `smtp://127.0.0.1:${second.port}?tls=none`,
    });
    expect(await mailer.send(codeForKevin())).toMatchObject({ kind: 'unknown' });
    expect(second.sessions).toBe(0);
  });
});
