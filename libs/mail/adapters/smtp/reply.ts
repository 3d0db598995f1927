/** Where in the conversation an attempt ended. */
export type Stage = 'connection' | 'greeting' | 'login' | 'sender' | 'recipient' | 'content';

/** Whose fault a negative reply is. `server` concerns all mails, `mail` was said of one and may concern all. */
export type Fault = 'address' | 'moment' | 'mail' | 'server';

/** Words of a reply that is about the service's account at the server, whatever its code. Seen at real providers. */
const ABOUT_THE_SERVICE =
  /relay|rcpthosts|quota exceeded for|sending (limit|quota)|send(ing)? ?as|sendasdenied|submission ?quota|not (been )?verified|unverified|authenti|credential|suspended sending|blocked using|blocklist|blacklist|spamhaus|sender address rejected|sender verify|your (ip|domain|host|account)/i;

/** Exchange Online's answer for a mailbox that is not there. */
const UNKNOWN_AT_EXCHANGE = /5\.4\.1 Recipient address rejected/i;

/**
 * Whose fault it is. Only an answer about the address is the recipient's: enhanced codes 5.1.x (but 5.1.7 and 5.1.8,
 * which speak of the sender) and 5.2.x, and 550, 551 and 553 to RCPT whose enhanced code and words say nothing else.
 * Sources: RFC 3463, RFC 5321 section 4.2.3.
 */
export function judgeReply(stage: Stage, reply: string): Fault {
  if (stage !== 'recipient' && stage !== 'content') return 'server';
  const code = reply.slice(0, 3);
  if (code === '421') return 'server';
  // qmail has it at the end, as (#5.1.1).
  const [, enhanced, subject, detail] = /(?:^\d{3}[ -]|#)([245]\.(\d{1,3})\.(\d{1,3}))/.exec(reply) ?? [];
  if (code.startsWith('4')) return ['3', '4', '5'].includes(subject ?? '') ? 'mail' : 'moment';
  if (UNKNOWN_AT_EXCHANGE.test(reply)) return 'address';
  if (subject === '1' && detail !== '7' && detail !== '8') return 'address';
  if (subject === '2' && !/send ?as|submission/i.test(reply)) return 'address';
  const saysNothing = enhanced === undefined || subject === '0';
  if (saysNothing && ABOUT_THE_SERVICE.test(reply)) return 'mail';
  return saysNothing && stage === 'recipient' && ['550', '551', '553'].includes(code) ? 'address' : 'mail';
}
