import { judgeReply, type Fault, type Stage } from './reply';

/** Replies as providers give them, addresses replaced. */
const REPLIES: [Fault, Stage, string][] = [
  // About the address.
  [
    'address',
    'recipient',
    '550-5.1.1 The email account that you tried to reach does not exist. Please try\n550 5.1.1 double-checking (Gmail)',
  ],
  [
    'address',
    'recipient',
    '550 5.1.1 <a@b.example>: Recipient address rejected: User unknown in virtual mailbox table (Postfix)',
  ],
  [
    'address',
    'recipient',
    '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup (Exchange)',
  ],
  ['address', 'recipient', '550 5.4.1 Recipient address rejected: Access denied. (Exchange Online)'],
  ['address', 'recipient', '501 5.1.3 Bad recipient address syntax (Postfix)'],
  [
    'address',
    'recipient',
    '550 5.1.2 <a@nowhere.example>: Recipient address rejected: Domain not found (Postfix)',
  ],
  ['address', 'recipient', '550 5.2.1 The email account that you tried to reach is disabled. (Gmail)'],
  ['address', 'recipient', '552 5.2.2 The email account that you tried to reach is over quota. (Gmail)'],
  ['address', 'content', '554 5.2.2 mailbox full (Yahoo)'],
  ['address', 'content', '550 5.1.1 sorry, no mailbox here by that name. (#5.1.1 - chkuser)'],
  ['address', 'recipient', '550 Requested action not taken: mailbox unavailable (GMX)'],
  ['address', 'recipient', '550 No Such User Here (cPanel)'],
  ['address', 'recipient', '553 sorry, no mailbox here by that name (#5.1.1)'],
  ['address', 'recipient', '551 User not local'],
  ['address', 'recipient', '550 5.0.0 Mailbox unavailable'],
  // About the service or its account.
  ['mail', 'content', '550 5.4.5 Daily user sending limit exceeded. For more information (Gmail)'],
  ['mail', 'recipient', '550 5.4.5 Daily SMTP relay limit exceeded for user. (Workspace)'],
  [
    'mail',
    'content',
    '554 Message rejected: Email address is not verified. The following identities failed the check (SES)',
  ],
  ['mail', 'content', '454 4.3.0 Throttling failure: Maximum sending rate exceeded.'],
  ['mail', 'recipient', '554 5.7.1 <a@b.example>: Relay access denied (Postfix)'],
  ['mail', 'recipient', '550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain (Exchange)'],
  ['mail', 'recipient', '550 relay not permitted (Exim)'],
  ['mail', 'recipient', "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)"],
  [
    'mail',
    'recipient',
    '550 5.7.1 Service unavailable, Client host [192.0.2.1] blocked using Spamhaus (Exchange)',
  ],
  ['mail', 'recipient', '550 Blocked using blocklist, see https://example.com/'],
  ['mail', 'content', '550 5.7.26 This mail has been blocked because the sender is unauthenticated. (Gmail)'],
  [
    'mail',
    'content',
    '554 5.2.252 SendAsDenied; noreply@example.com not allowed to send as (Exchange Online)',
  ],
  [
    'mail',
    'content',
    '554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException (Exchange Online)',
  ],
  [
    'mail',
    'recipient',
    '550 5.1.8 <noreply@example.com>: Sender address rejected: Domain not found (Postfix)',
  ],
  ['mail', 'recipient', '550 Sender verify failed (Exim)'],
  ['mail', 'recipient', '530 5.7.0 Must issue a STARTTLS command first'],
  ['mail', 'content', '554 Transaction failed'],
  ['mail', 'content', '552 5.3.4 Message size exceeds fixed limit (Postfix)'],
  ['mail', 'recipient', '452 4.3.1 Insufficient system storage'],
  ['mail', 'content', '452 4.4.5 Too many messages in this session'],
  [
    'server',
    'sender',
    '550 5.7.60 SMTP; Client does not have permissions to send as this sender (Exchange Online)',
  ],
  ['server', 'sender', '553 5.7.1 <noreply@example.com>: Sender address rejected: not owned by user'],
  ['server', 'sender', '451 4.4.5 Too many messages in this session'],
  ['server', 'login', '535 5.7.8 Username and Password not accepted. (Gmail)'],
  ['server', 'login', '454 4.7.0 Temporary authentication failure'],
  ['server', 'greeting', '554 5.7.1 No SMTP service here'],
  ['server', 'greeting', '421 4.7.0 Too many connections'],
  ['server', 'recipient', '421 4.7.28 Our system has detected an unusual rate of unsolicited mail (Gmail)'],
  // Later, this mail.
  ['moment', 'recipient', '450 4.2.0 <a@b.example>: Recipient address rejected: Greylisted (Postgrey)'],
  ['moment', 'recipient', '451 4.7.1 Greylisting in action, please come back later'],
  [
    'moment',
    'recipient',
    '450 4.2.1 The user you are trying to contact is receiving mail too quickly (Gmail)',
  ],
  ['moment', 'recipient', '452 4.2.2 mailbox full'],
  ['moment', 'recipient', '450 Requested mail action not taken: mailbox unavailable'],
  ['moment', 'content', '451 Requested action aborted: local error in processing'],
];

describe('judgeReply', () => {
  it.each(REPLIES)('blames the %s in answer to the %s: %s', (fault, stage, reply) => {
    expect(judgeReply(stage, reply)).toBe(fault);
  });
});
