import { BounceAddress } from './bounce-address';
import { readBounce } from './read-bounce';

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

describe('BounceAddress', () => {
  it('finds the mail in what it signed, whatever became of the letters’ case', () => {
    const sender = address.senderOf(ID) ?? '';
    expect(sender).toMatch(/^bounces\+[\da-f]{32}-[\da-f]{16}@example\.com$/);
    expect(address.mailIdIn(`To: <${sender.toUpperCase()}>`)).toBe(ID);
  });

  it('believes the key before a rotation, and no other', () => {
    const sender = address.senderOf(ID) ?? '';
    const other = 'another secret key of thirty-two characters';
    expect(new BounceAddress('bounces@example.com', other, KEY).mailIdIn(sender)).toBe(ID);
    expect(new BounceAddress('bounces@example.com', other, undefined).mailIdIn(sender)).toBeUndefined();
    expect(
      address.mailIdIn(sender.replace(/[\da-f]@/, (end) => (end === '0@' ? '1@' : '0@'))),
    ).toBeUndefined();
    expect(address.mailIdIn('To: bounces@example.com')).toBeUndefined();
  });

  it('signs nothing where there is no address for bounces', () => {
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
    ['a full mailbox for good', 'Action: failed\nStatus: 5.2.2', true],
    ['no enhanced detail', 'Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 no such user', true],
    ['a delay', 'Action: delayed\nStatus: 4.4.1', false],
    ['a temporary failure in the end', 'Action: failed\nStatus: 4.4.7', false],
    [
      'a block of our server',
      'Action: failed\nStatus: 5.7.1\nDiagnostic-Code: smtp; 550 5.7.1 blocked',
      false,
    ],
    ['a quota of ours', 'Action: failed\nStatus: 5.4.5', false],
    ['a delivery', 'Action: delivered\nStatus: 2.0.0', false],
  ])('knows whether it is permanent: %s', (_, fields, permanent) => {
    expect(readBounce(report(fields.replaceAll('\n', '\r\n')))).toMatchObject({ permanent });
  });

  it('takes a complaint for permanent', () => {
    const complaint = report('Feedback-Type: abuse\r\nVersion: 1', 'feedback-report');
    expect(readBounce(complaint)).toEqual({ permanent: true, reason: 'complaint: abuse' });
    expect(readBounce(report('Feedback-Type: not-spam', 'feedback-report'))).toMatchObject({
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
  ])('is no bounce: %s', (_, message) => {
    expect(readBounce(message)).toBeUndefined();
  });
});
