import { bounceAddress } from '@app/mail';
import { cli } from '../support/cli';
import { createDatabase, type TestDatabase } from '../support/postgres';

// Each test runs programs, several of them one after another.
jest.setTimeout(90_000);

const BOUNCES = 'bounces@service.example';

describe('mail bounce', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase();
  });
  afterEach(() => database.drop());

  const bounce = async (message: string) => {
    const env = { ...database.env, SMTP_BOUNCE_ADDRESS: BOUNCES };
    const { status, stdout, stderr } = await cli(['mail', 'bounce', '--json'], env, message);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return JSON.parse(stdout) as { taken: boolean; result: string };
  };

  /** Writes a registration whose code has just been sent. @returns the envelope sender of its mail */
  async function delivered(email: string): Promise<string> {
    const [row] = await database.sql<{ mail_id: string }[]>`
      insert into users (id, email, password_hash, mail_id, code_expires_at, mail_sent_at)
      values (gen_random_uuid(), ${email}, 'x', gen_random_uuid(), now() + interval '10 minutes', now())
      returning mail_id`;
    const environment = { ...database.environment, SMTP_BOUNCE_ADDRESS: BOUNCES };
    return bounceAddress(environment).senderOf(row?.mail_id ?? '') ?? '';
  }

  const report = (
    sender: string,
    fields = 'Action: failed\nStatus: 5.1.1',
    type = 'message/delivery-status',
  ) =>
    [
      'From: MAILER-DAEMON@mx.example',
      `To: <${sender}>`,
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=delivery-status;',
      '\tboundary="b"',
      '',
      '--b',
      `Content-Type: ${type}`,
      '',
      'Reporting-MTA: dns; mx.example',
      '',
      'Final-Recipient: rfc822; kevin@example.com',
      fields,
      '--b--',
      '',
    ].join('\n');

  const state = async (email: string) => {
    const [row] = await database.sql<{ dead: boolean; alive: boolean }[]>`
      select mail_given_up_at is not null as dead, coalesce(code_expires_at > now(), false) as alive
      from users where email = ${email}`;
    return row;
  };
  const events = () => database.sql`select 1 from events where type = 'user.undeliverable'`;

  it('ends a registration once, with one event', async () => {
    const sender = await delivered('kevin@example.com');
    expect(await bounce(report(sender))).toMatchObject({ taken: true });
    expect(await state('kevin@example.com')).toEqual({ dead: true, alive: false });
    expect(await bounce(report(sender))).toMatchObject({ taken: false });
    expect(await events()).toHaveLength(1);
  });

  it('changes nothing for a forged tag, a delay, a message that is not a report, or empty input', async () => {
    const sender = await delivered('kevin@example.com');
    const forged = sender.replace(/[\da-f]@/, (end) => (end === '0@' ? '1@' : '0@'));
    const reply = `To: ${sender}\nAuto-Submitted: auto-replied\n\nAction: failed\nStatus: 5.1.1\n`;
    for (const [message, why] of [
      [report(forged), /signed tag/],
      [report(BOUNCES), /signed tag/],
      [report(sender, 'Action: delayed\nStatus: 4.4.1'), /Not permanent/],
      [
        report(sender, 'Action: failed\nStatus: 5.7.1\nDiagnostic-Code: smtp; 550 5.7.1 blocked'),
        /Not permanent/,
      ],
      [reply, /Not a bounce/],
      ['', /Not a bounce/],
    ] as const)
      expect(await bounce(message)).toEqual({ taken: false, result: expect.stringMatching(why) });
    expect(await state('kevin@example.com')).toEqual({ dead: false, alive: true });
    expect(await events()).toEqual([]);
  });

  it('reads a report of many megabytes completely, and evaluates its beginning', async () => {
    const sender = await delivered('kevin@example.com');
    const message = report(sender).replace(
      '--b--',
      `--b\nContent-Type: message/rfc822\n\n${'x\n'.repeat(8_000_000)}--b--`,
    );
    expect(await bounce(message)).toMatchObject({ taken: true });
  });

  it('treats a complaint as a bounce, by the returned mail’s sender', async () => {
    const sender = await delivered('kevin@example.com');
    const complaint = report('abuse@service.example', 'X: y', 'message/feedback-report')
      .replace('Reporting-MTA: dns; mx.example', 'Feedback-Type: abuse\nVersion: 1')
      .replace(
        '--b--',
        `--b\nContent-Type: message/rfc822\n\nReturn-Path: <${sender}>\nTo: kevin@example.com\n\nhi\n--b--`,
      );
    expect(await bounce(complaint)).toMatchObject({ taken: true });
    expect(await state('kevin@example.com')).toEqual({ dead: true, alive: false });
  });

  it('never changes an activated account', async () => {
    const sender = await delivered('kevin@example.com');
    await database.sql`
      update users set activated_at = now(), code_expires_at = null, mail_sent_at = null where email = 'kevin@example.com'`;
    expect(await bounce(report(sender))).toMatchObject({ taken: false });
    expect(await events()).toEqual([]);
  });
});
