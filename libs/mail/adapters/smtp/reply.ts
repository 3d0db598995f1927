/** The stage of the SMTP session at which an attempt ended. */
export type Stage = 'connection' | 'greeting' | 'login' | 'sender' | 'recipient' | 'content';

/** Cause of a negative reply. `server` concerns all mails; `mail` was about one mail and may concern all. */
export type Fault = 'address' | 'moment' | 'mail' | 'server';

/**
 * Phrases about the sender's address or quota, which take precedence over the enhanced code of an address. Collected
 * from real providers.
 */
const ABOUT_THE_SENDER =
  /sender (address rejected|verify|identity)|send(ing)? ?as|sendasdenied|submission|sending (limit|quota|rate)|(daily|hourly) (\w+ ){0,3}(limit|quota)/i;

/** Phrases about the service at the server, for replies whose code does not reveal it. Collected from real providers. */
const ABOUT_THE_SERVICE = new RegExp(
  [
    ABOUT_THE_SENDER,
    // Identity and permissions.
    /authenti|\bauth\b|credential|relay|rcpthosts|mail from|from address|(not|not been|un) ?verified|verified sender/,
    /not (allowed|permitted|authorized) to send|authorized recipients|test purposes|your (ip|domain|host|account|server)/,
    // Quotas.
    /throttl|rate (limit|exceeded)|frequency limit|(send|message|messaging) (limit|quota)|quota exceeded for|exceeded your/,
    /(mails?|messages) per (minute|hour|day)|too (much|many) (e-?mail|mail|message|connection|recipient|error)/,
    // Reputation of our host or domain.
    /blocked (using|by)|(black|block) ?list|\brbl\b|dnsbl|spam|reputation|unfortunately, messages from|suspended sending/,
    /client (host|\[)|\b(helo|ehlo)\b|reverse dns|\brdns\b|\bptr\b|\bspf\b|\bdkim\b|\bdmarc\b|prohibit|policy|server busy/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'i',
);

/** Replies for a missing mailbox or domain: of Exchange Online, of cPanel, which lists every cause, and of Postfix. */
const UNKNOWN_MAILBOX =
  /5\.4\.1 recipient address rejected|5\.4\.310 |account or domain may not exist|host or domain name not found/i;
const GREYLISTED = /gr[ae]y-?list/i;

/**
 * Decides who caused a negative reply. Only a reply about the address is the recipient's fault: enhanced codes 5.1.x
 * and 5.2.x without a phrase about the sender, and 550, 551 and 553 to RCPT whose enhanced code and text say nothing
 * else. A temporary reply is temporary unless its code or text blames the service. Sources: RFC 3463, RFC 5321 section
 * 4.2.3.
 */
export function judgeReply(stage: Stage, reply: string): Fault {
  if (stage !== 'recipient' && stage !== 'content') return 'server';
  const code = reply.slice(0, 3);
  if (code === '421') return 'server';
  // qmail puts it at the end, as (#5.1.1).
  const [, enhanced, subject = '0', detail = '0'] =
    /(?:^\d{3}[ -]|#)([245]\.(\d{1,3})\.(\d{1,3}))/.exec(reply) ?? [];
  const words = wordsOf(reply);
  const temporary = code.startsWith('4');
  if (temporary && GREYLISTED.test(words)) return 'moment';
  if (UNKNOWN_MAILBOX.test(`${enhanced ?? ''} ${words}`)) return temporary ? 'moment' : 'address';
  if (subject === '1' || subject === '2') {
    const sender = subject === '1' && SENDER_DETAILS.has(detail);
    if (sender || ABOUT_THE_SENDER.test(words)) return 'mail';
    return temporary ? 'moment' : 'address';
  }
  if (temporary)
    return ['3', '4', '5'].includes(subject) || ABOUT_THE_SERVICE.test(words) ? 'mail' : 'moment';
  if (subject !== '0' || ABOUT_THE_SERVICE.test(words)) return 'mail';
  return stage === 'recipient' && ['550', '551', '553'].includes(code) ? 'address' : 'mail';
}

/** Details of 5.1.x that concern the sender; 90 is Exchange Online's daily limit. */
const SENDER_DETAILS: ReadonlySet<string> = new Set(['7', '8', '90']);

const CODE = /^\d{3}(-|$)|^[245]\.\d{1,3}\.\d{1,3}$/;

/** The text of all lines without codes, and without addresses: the person who registers chooses their content. */
const wordsOf = (reply: string): string =>
  reply
    .split(/[\s<>]+/)
    .filter((word) => !word.includes('@') && !CODE.test(word))
    .join(' ');

/** Words of a limit of the session, such as of its mails. */
const ABOUT_THE_SESSION = /too many|session|connection/i;

/**
 * Whether an answer to RCPT that asks for another try may be about the session, and not about the recipient: at some servers
 * a limit of mails per session is a 452, or is described in words. Enhanced codes 4.1.x and 4.2.x are about the recipient.
 * Source: RFC 3463.
 */
export function mayBeAboutSession(reply: string): boolean {
  if (/^4\d\d[ -]4\.[12]\.\d/.test(reply)) return false;
  return reply.startsWith('452') || ABOUT_THE_SESSION.test(wordsOf(reply));
}
