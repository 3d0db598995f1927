import { BounceAddress } from './bounce-address';
import { readReport, type Bounce } from './read-bounce';

const ID = '8e2e4b9e-7a77-4d43-9a4d-0123456789ab';
const KEY = 'a secret key of more than thirty-two characters';
const address = new BounceAddress('bounces@example.com', KEY, undefined);

const report = (fields: string, type = 'delivery-status'): string =>
  [
    'From: MAILER-DAEMON@mx.example',
    `To: ${address.senderOf(ID)}`,
    `Content-Type: multipart/report; report-type=${type};`,
    '\tboundary="b"',
    '',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    fields,
    '--b--',
  ].join('\r\n');

const readBounce = async (message: string): Promise<Bounce | undefined> => (await readReport(message)).bounce;

describe('BounceAddress', () => {
  it('finds the mail in a signed address, even with changed letter case', () => {
    const sender = address.senderOf(ID) ?? '';
    expect(sender).toMatch(/^bounces\+[\da-f]{32}-[\da-f]{16}@example\.com$/);
    expect(address.mailIdIn(`To: <${sender.toUpperCase()}>`)).toBe(ID);
  });

  it('accepts signatures of the previous key, and of no other', () => {
    const sender = address.senderOf(ID) ?? '';
    const other = 'another secret key of thirty-two characters';
    expect(new BounceAddress('bounces@example.com', other, KEY).mailIdIn(sender)).toBe(ID);
    expect(new BounceAddress('bounces@example.com', other, undefined).mailIdIn(sender)).toBeUndefined();
    expect(
      address.mailIdIn(sender.replace(/[\da-f]@/, (end) => (end === '0@' ? '1@' : '0@'))),
    ).toBeUndefined();
    expect(address.mailIdIn('To: bounces@example.com')).toBeUndefined();
  });

  it('signs nothing without a bounce address', () => {
    expect(new BounceAddress('', KEY, undefined).senderOf(ID)).toBeUndefined();
  });
});

describe('readBounce', () => {
  it.each([
    [
      'an unknown mailbox',
      'Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such\n user',
      true,
    ],
    ['a permanently full mailbox', 'Action: failed\nStatus: 5.2.2', true],
    ['no enhanced detail', 'Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 no such user', true],
    ['a delay', 'Action: delayed\nStatus: 4.4.1', false],
    ['a temporary failure in the end', 'Action: failed\nStatus: 4.4.7', false],
    [
      'a block of our server',
      'Action: failed\nStatus: 5.7.1\nDiagnostic-Code: smtp; 550 5.7.1 blocked',
      false,
    ],
    ['our own quota', 'Action: failed\nStatus: 5.4.5', false],
    ['a delivery', 'Action: delivered\nStatus: 2.0.0', false],
    [
      'a reply without an enhanced code',
      'Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 554 dd no account',
      true,
    ],
    ['a comment behind the status', 'Action: failed\nStatus: 5.1.1 (unknown mailbox)', true],
    [
      'names in another case, and blanks',
      'ACTION:  Failed\nSTATUS:5.1.1\nDiagnostic-code:\tSMTP;550 5.1.1 no',
      true,
    ],
    [
      'a fold in the middle',
      'Action:\n failed\nStatus:\n\t5.1.1\nDiagnostic-Code: smtp;\n 550 5.1.1\n gone',
      true,
    ],
    [
      'a domain that is not there',
      'Action: failed\nStatus: 5.4.4\nDiagnostic-Code: X-Postfix; Host or domain name not found. Name service error',
      true,
    ],
    [
      'a temporary reply that was given up',
      'Action: failed\nStatus: 5.4.7\nDiagnostic-Code: smtp; 451 4.4.1 timed out',
      false,
    ],
    ['a relay', 'Action: relayed\nStatus: 2.0.0', false],
    ['two mailboxes, both unknown', 'Action: failed\nStatus: 5.1.1\n\nAction: failed\nStatus: 5.1.1', true],
    [
      'two mailboxes, of which one has the mail',
      'Action: failed\nStatus: 5.1.1\n\nAction: delivered\nStatus: 2.0.0',
      false,
    ],
    [
      'two mailboxes, of which one is tried again',
      'Action: delayed\nStatus: 4.2.2\n\nAction: failed\nStatus: 5.1.1',
      false,
    ],
  ])('classifies as permanent or not: %s', async (_, fields, permanent) => {
    expect(await readBounce(report(fields.replaceAll('\n', '\r\n')))).toMatchObject({ permanent });
  });

  it('treats a complaint as permanent', async () => {
    const complaint = report('Feedback-Type: abuse\r\nVersion: 1', 'feedback-report');
    expect(await readBounce(complaint)).toEqual({ permanent: true, reason: 'complaint: abuse' });
    expect(await readBounce(report('Feedback-Type: not-spam', 'feedback-report'))).toMatchObject({
      permanent: false,
    });
  });

  it('uses the recipient of the returned mail if a report has several', async () => {
    const groups =
      'Reporting-MTA: dns; mx.example\r\n\r\n' +
      'Final-Recipient: rfc822; other@example.com\r\nAction: delivered\r\nStatus: 2.0.0\r\n\r\n' +
      'Final-Recipient: rfc822;Kevin@Example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n';
    const returned =
      '--b\r\nContent-Type: text/rfc822-headers\r\n\r\nTo: kevin@example.com\r\nSubject: x\r\n';
    const message = report(groups).replace('--b--', `${returned}\r\n--b--`);
    expect(await readBounce(message)).toMatchObject({ permanent: true, reason: 'failed 5.1.1' });
  });

  const STATUS =
    'Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; a@b.co\nAction: failed\nStatus: 5.1.1\n';
  const encoded = (encoding: string, body: string): string =>
    report('').replace(
      'delivery-status\r\n\r\n',
      `delivery-status\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${body}`,
    );
  it.each([
    ['lines that end with a line feed alone', report(STATUS).replaceAll('\r\n', '\n')],
    ['base64', encoded('base64', Buffer.from(STATUS).toString('base64').replace(/.{60}/g, '$&\r\n'))],
    [
      'quoted-printable',
      encoded('quoted-printable', STATUS.replace('Action', '=41ction').replaceAll('\n', '\r\n')),
    ],
    [
      'the line that mailboxes begin with',
      `From MAILER-DAEMON Thu Nov 26 09:00:00 2026\r\n${report(STATUS)}`,
    ],
    ['a status of the mailbox in its head', `Status: RO\r\nX-Status: A\r\n${report(STATUS)}`],
    [
      'words for people that look like the report',
      report(STATUS).replace(
        '--b',
        '--b\r\nContent-Type: text/plain\r\n\r\nAction: delayed\r\nStatus: 4.0.0\r\n--b',
      ),
    ],
    [
      'a wrapping of a gateway',
      `Content-Type: multipart/mixed; boundary=outer\r\n\r\n--outer\r\nContent-Type: multipart/report; boundary="b"\r\n\r\n${report(STATUS).split('\r\n\r\n').slice(1).join('\r\n\r\n')}\r\n--outer--`,
    ],
    [
      'a part of the new kind',
      report(STATUS).replace('message/delivery-status', 'message/global-delivery-status'),
    ],
  ])('reads a report with %s', async (_, message) => {
    expect(await readBounce(message)).toMatchObject({ permanent: true, reason: 'failed 5.1.1' });
  });

  it('finds the tag in an encoded part', async () => {
    const original = Buffer.from(`Return-Path: <${address.senderOf(ID)}>\r\nTo: a@b.co\r\n\r\nhi`).toString(
      'base64',
    );
    const message = report(STATUS)
      .replace(/^To: .*$/m, 'To: abuse@example.com')
      .replace(
        '--b--',
        `--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n${original}\r\n--b--`,
      );
    expect(address.mailIdIn((await readReport(message)).text)).toBe(ID);
  });

  it('does not treat a failed DMARC check as a complaint', async () => {
    expect(await readBounce(report('Feedback-Type: auth-failure', 'feedback-report'))).toMatchObject({
      permanent: false,
    });
  });

  it.each([
    [
      'an out-of-office reply',
      'Auto-Submitted: auto-replied\r\nContent-Type: text/plain\r\n\r\nStatus: 5.1.1\r\nAction: failed',
    ],
    ['a receipt', report('Disposition: automatic-action; displayed', 'disposition-notification')],
    ['a report without a status', report('Action: failed')],
    ['nothing', ''],
  ])('ignores what is not a bounce: %s', async (_, message) => {
    expect(await readBounce(message)).toBeUndefined();
  });
});
