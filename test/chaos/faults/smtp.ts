import { Client, tally } from '../../support/service';
import { until } from '../../support/until';
import type { Observed } from '../report';
import type { Stage } from '../stage';
import type { Outage } from './outages';

/** Each slot of a worker may have a mail whose acceptance is pending. */
const ACCEPT_AFTER_MS = 12_000;

export const SMTP_OUTAGES: readonly Outage[] = [
  {
    fault: 'SMTP down',
    breaks: ({ inbox }) => inbox.down(),
    fixes: ({ inbox }) => inbox.up(),
    signUpsContinue: true,
  },
  {
    fault: 'SMTP frozen',
    breaks: ({ toInbox }) => toInbox.freeze(),
    fixes: ({ toInbox }) => toInbox.thaw(),
    signUpsContinue: true,
  },
  {
    fault: 'SMTP sessions lost silently',
    breaks: ({ inbox }) => inbox.freeze(),
    fixes: ({ inbox }) => inbox.thaw(),
    // Only the deadline of a mail (10 s) detects that its session is dead.
    mailWithinMs: 12_000,
    signUpsContinue: true,
  },
  {
    fault: 'SMTP 200 to 900 ms away',
    breaks: ({ toInbox }) => toInbox.delay(200, 900),
    fixes: ({ toInbox }) => toInbox.delay(0, 0),
    signUpsContinue: true,
  },
  {
    fault: 'SMTP greylisting',
    breaks: ({ inbox }) => inbox.refuse(451, 30),
    fixes: ({ inbox }) => inbox.refuse(0, 0),
    signUpsContinue: true,
  },
  {
    fault: 'SMTP that accepts each mail 12 s after its last dot',
    breaks: ({ inbox }) => inbox.acceptAfter(ACCEPT_AFTER_MS),
    fixes: ({ inbox }) => inbox.acceptAfter(0),
    lastsMs: ACCEPT_AFTER_MS + 2_000,
    // All slots of the worker have mails that the server has received but not accepted.
    mailWithinMs: ACCEPT_AFTER_MS + 2_000,
    extraCopiesMax: 0,
    signUpsContinue: true,
  },
  {
    fault: 'SMTP that takes three mails a session',
    breaks: ({ inbox }) => inbox.limitSessions(3),
    fixes: ({ inbox }) => inbox.limitSessions(0),
    eachMailWithinMs: 5_000,
    extraCopiesMax: 0,
    signUpsContinue: true,
  },
  {
    fault: 'SMTP that takes ten mails a session, and answers 554 to MAIL then',
    breaks: ({ inbox }) => inbox.limitSessions(10, { code: 554, at: 'MAIL' }),
    fixes: ({ inbox }) => inbox.limitSessions(0),
    eachMailWithinMs: 5_000,
    extraCopiesMax: 0,
    signUpsContinue: true,
  },
];

/** Mails refused with a 5xx reply are not retried and stay visible; a new registration starts again. */
export async function refusePermanently(stage: Stage): Promise<Observed> {
  const client = new Client(stage.api.url);
  const emails = Array.from({ length: REFUSED }, (_, index) => `refused-${Date.now()}-${index}@example.com`);
  const register = () => Promise.all(emails.map((email) => client.register(email, 'SecurePass123')));
  stage.inbox.refuse(550, REFUSED);
  await register();
  const rows = await until('all are given up', async () => {
    const found = await stage.sql<{ tries: number }[]>`
      select mail_attempts as tries from users where mail_given_up_at is not null`;
    return found.length === REFUSED && found;
  });
  const again = await register();
  const faults = await stage.ledger.settle(0);
  return {
    promised: 'given up immediately, and visibly',
    seen: `${rows.length} given up after ${Math.max(...rows.map(({ tries }) => tries))} try; again: ${JSON.stringify(tally(again))}`,
    recovery: null,
    broken: [
      ...faults,
      ...(rows.some(({ tries }) => tries > 1) ? ['a refused mail was tried again'] : []),
      ...again
        .filter(({ status }) => status !== 201)
        .map(({ status }) => `registering again was answered ${status}`),
    ],
  };
}

const REFUSED = 5;
