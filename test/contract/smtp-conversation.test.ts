import type { MailOutcome } from '@app/mail';
import { codeForKevin } from '@app/mail/testing';
import type { Script } from './raw-smtp';
import { closeSmtpStage, mailerFor, serverWith } from './smtp-stage';

afterEach(closeSmtpStage);

const to = (verb: string, answer: string | null): Script => ({
  command: (line) => (line.toUpperCase().startsWith(verb) ? answer : undefined),
});
const challenge = (mechanism: string, ...answers: readonly string[]): Script => {
  const left = [...answers];
  return {
    extensions: [`AUTH ${mechanism}`],
    command: (line) => (/^(EHLO|MAIL|RCPT|DATA|QUIT)/.test(line) ? undefined : left.shift()),
  };
};
const LOGIN = { SMTP_USERNAME: 'us', SMTP_PASSWORD: 'secret' };
const LATER = '421 4.3.2 Service shutting down';

const ANSWERS: readonly (readonly [MailOutcome['kind'], string, Script, NodeJS.ProcessEnv?])[] = [
  ['sent', 'a greeting of several lines', { greeting: () => '220-hello\r\n220-there\r\n220 raw' }],
  ['held', '421 as its greeting', { greeting: () => LATER }],
  ['held', 'a lost connection before its greeting', { greeting: () => null }],
  ['held', '421 to EHLO', to('EHLO', LATER)],
  ['sent', '502 to EHLO, and 250 to HELO', to('EHLO', '502 5.5.1 not implemented')],
  ['held', 'a lost connection to EHLO', to('EHLO', null)],
  ['held', '421 to AUTH', to('AUTH', LATER), LOGIN],
  ['held', 'a lost connection to AUTH', to('AUTH', null), LOGIN],
  ['held', '421 to MAIL', to('MAIL', LATER)],
  ['held', 'a lost connection to MAIL', to('MAIL', null)],
  ['held', '421 to RCPT', to('RCPT', LATER)],
  ['held', 'a lost connection to RCPT', to('RCPT', null)],
  ['held', '421 to DATA', to('DATA', LATER)],
  ['held', 'a lost connection to DATA', to('DATA', null)],
  ['held', '421 to the final dot', { content: () => LATER }],
  ['unknown', 'a lost connection to the final dot', { content: () => null }],
  ['sent', '251 to RCPT', to('RCPT', '251 2.1.5 User not local; will forward')],
  ['sent', '252 to RCPT', to('RCPT', '252 2.1.5 Cannot verify the user')],
  [
    'sent',
    'codes alone',
    { sender: () => '250', recipient: () => '250', data: () => '354', content: () => '250' },
  ],
  ['sent', 'codes and a blank', { sender: () => '250 ', recipient: () => '250 ', data: () => '354 ' }],
  ['sent', 'several lines to the final dot', { content: () => '250-2.0.0 ok\r\n250 2.0.0 queued as 1' }],
  ['refused', '550 alone to RCPT', { recipient: () => '550' }],
  ['held', '550 alone to the final dot', { content: () => '550' }],
  [
    'refused',
    'non-ASCII letters',
    { recipient: () => '550 5.1.1 Boîte aux lettres inconnue <kevin@example.com>' },
  ],
  [
    'refused',
    'a refusal of several lines',
    { recipient: () => '550-5.1.1 The account\r\n550 5.1.1 does not exist' },
  ],
  ['held', 'no code at all', { recipient: () => 'what?' }],
  ['deferred', '450 4.7.1, greylisted', { recipient: () => '450 4.7.1 Greylisted, come back in 5 minutes' }],
  ['sent', 'AUTH LOGIN alone', challenge('LOGIN', '334 VXNlcm5hbWU6', '334 UGFzc3dvcmQ6', '235 ok'), LOGIN],
  ['sent', 'AUTH CRAM-MD5 alone', challenge('CRAM-MD5', '334 PDE4OTZAcG9zdD4=', '235 ok'), LOGIN],
  ['held', 'ways to sign in that the service does not know', challenge('NTLM GSSAPI', '504 5.5.4 no'), LOGIN],
  ['sent', 'no AUTH, because it knows the service by its address', { extensions: ['8BITMIME'] }, LOGIN],
  ['held', 'no STARTTLS where that is wanted', to('STARTTLS', '502 5.5.1 no'), { SMTP_USE_TLS: 'starttls' }],
  [
    'held',
    '454 to STARTTLS',
    { extensions: ['STARTTLS'], ...to('STARTTLS', '454 4.7.0 TLS not available') },
    { SMTP_USE_TLS: 'starttls' },
  ],
  ['held', 'plain text where TLS is spoken from the first byte', {}, { SMTP_USE_TLS: 'implicit' }],
];

describe('A mail', () => {
  it.each(ANSWERS.map(([kind, answer, script, variables = {}]) => ({ kind, answer, script, variables })))(
    'is $kind if the server answers $answer',
    async ({ kind, script, variables }) => {
      const smtp = await serverWith(script);
      const { mailer } = await mailerFor(smtp.port, variables);
      const outcome = await mailer.send(codeForKevin());
      expect(outcome.kind).toBe(kind);
      expect(JSON.stringify(outcome)).not.toMatch(/kevin@|secret/);
      // A code that was not sent is not at the server; a password is never sent if TLS is configured but missing.
      expect(smtp.mails).toHaveLength(kind === 'sent' || kind === 'unknown' ? 1 : 0);
      if (kind === 'sent') expect(await mailer.send(codeForKevin())).toEqual({ kind: 'sent' });
    },
  );
});
