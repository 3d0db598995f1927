import type { Outage } from './outages';

export const SMTP_OUTAGES: readonly Outage[] = [
  {
    fault: 'SMTP down',
    breaks: ({ inbox }) => inbox.down(),
    mends: ({ inbox }) => inbox.up(),
    signUpsGoOn: true,
  },
  {
    fault: 'SMTP frozen',
    breaks: ({ toInbox }) => toInbox.freeze(),
    mends: ({ toInbox }) => toInbox.thaw(),
    signUpsGoOn: true,
  },
  {
    fault: 'SMTP sessions lost in silence',
    breaks: ({ inbox }) => inbox.freeze(),
    mends: ({ inbox }) => inbox.thaw(),
    // Only the deadline of a mail (10 s) tells that its session is dead.
    mailWithinMs: 12_000,
    signUpsGoOn: true,
  },
  {
    fault: 'SMTP greylisting',
    breaks: ({ inbox }) => inbox.refuse(451, 30),
    mends: ({ inbox }) => inbox.refuse(0, 0),
    signUpsGoOn: true,
  },
];
