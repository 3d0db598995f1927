import type { Environment } from '@app/runtime';
import type {
  AccountDetails,
  AccountEventEntry,
  AddressTraces,
  CodeDetails,
  ErasureExtent,
  MailDetails,
} from '@app/users';
import { counted, duration, plainText, replyText, utc } from '../terminal/format';

const LABEL_WIDTH = 10;
const line = (label: string, text: string): string => `${label.padEnd(LABEL_WIDTH)}  ${text}`;
const utcTime = (moment: Date): string => `${utc(moment)} UTC`;

/** Describes the account to people, one line each: state, mail, code, ids. */
export function describeAccount(account: AccountDetails, limits: Environment): string[] {
  const { id, email, mail, requestId } = account;
  return [
    line('Account', `${email}  ${id}`),
    line('State', stateInWords(account)),
    ...(mail === null ? [] : [line('Mail', mailInWords(mail, account.now, limits))]),
    ...(account.code === null ? [] : [line('Code', codeInWords(account.code, account, limits))]),
    ...(mail === null ? [] : [line('Mail id', mail.id)]),
    ...(requestId === null ? [] : [line('Request', plainText(requestId))]),
  ];
}

function stateInWords({ state, createdAt, activatedAt, now }: AccountDetails): string {
  const age = (moment: Date): string => duration((now.getTime() - moment.getTime()) / 1_000);
  if (activatedAt !== null) {
    return `activated ${age(activatedAt)} ago (${utcTime(activatedAt)}), registered ${utcTime(createdAt)}`;
  }
  return `${state} for ${age(createdAt)} (registered ${utcTime(createdAt)})`;
}

function mailInWords(mail: MailDetails, now: Date, { SMTP_HOST: server }: Environment): string {
  const seconds = (moment: Date): number => (moment.getTime() - now.getTime()) / 1_000;
  const answer =
    mail.lastAnswer === null ? '' : `, last reply "${replyText(mail.lastAnswer)}" from ${server}`;
  const tried = `tried ${counted(mail.attempts, 'time')}${answer}`;
  if (mail.sentAt !== null) {
    return `accepted by ${server} ${duration(-seconds(mail.sentAt))} ago (${utcTime(mail.sentAt)}), ${counted(mail.attempts, 'attempt')}`;
  }
  if (mail.givenUpAt !== null) {
    return `given up ${duration(-seconds(mail.givenUpAt))} ago: ${tried}; "users resend" sends a new one`;
  }
  if (mail.nextTryAt === null) return tried;
  const next =
    seconds(mail.nextTryAt) > 0 ? `next attempt in ${duration(seconds(mail.nextTryAt))}` : 'due now';
  return `owed for ${duration(-seconds(mail.owedSince))}: ${tried}, ${next}`;
}

function codeInWords(code: CodeDetails, { mail, now }: AccountDetails, limits: Environment): string {
  const { ACTIVATION_CODE_MAX_RESENDS: resends, ACTIVATION_CODE_MAX_ATTEMPTS: tries } = limits;
  const left = `${counted(Math.max(0, resends - code.newCodesUsed), 'new code')} left`;
  const wrong = code.wrongTries === 0 ? '' : `, ${code.wrongTries} of ${tries} attempts failed`;
  if (mail?.sentAt === null || code.expiresAt === null) return `not sent yet; ${left}`;
  if (code.wrongTries >= tries) return `invalid after too many failed attempts; ${left}`;
  const seconds = (code.expiresAt.getTime() - now.getTime()) / 1_000;
  const life = seconds > 0 ? `valid for ${duration(seconds)}` : `expired ${duration(-seconds)} ago`;
  return `${code.digits} digits, ${life}${wrong}; ${left}`;
}

/** Describes what is stored about an address outside its account, one line each. */
export function describeTraces(
  { wrongTries, mailsOfDay, events, erasures, audit }: AddressTraces,
  addressIsKnown: boolean,
): string[] {
  const wrong =
    wrongTries === null
      ? 'no wrong codes'
      : `${counted(wrongTries.tries, 'wrong code')} since ${utcTime(wrongTries.since)}`;
  return [
    ...(addressIsKnown ? [line('Today', `${counted(mailsOfDay, 'mail')} to this mailbox; ${wrong}`)] : []),
    ...events.map((event) => line('Event', eventInWords(event))),
    ...erasures.map(({ accountId, erasedAt }) =>
      line('Erased', `${utcTime(erasedAt)}  account ${accountId}`),
    ),
    ...audit.map(({ at, osUser, host, action, reason }) =>
      line('Audit', plainText(`${utcTime(at)}  ${action} by ${osUser} on ${host}: ${reason}`)),
    ),
  ];
}

function eventInWords({ type, occurredAt, delivery, attempts, lastError }: AccountEventEntry): string {
  const error = lastError === null ? '' : `, last response "${replyText(lastError)}"`;
  const delivered = {
    unplaced: 'waits for a mailer-worker to give it its position in the log',
    kept: 'in the log, not pushed',
    waiting: `not delivered yet: tried ${counted(attempts, 'time')}${error}`,
    delivered: 'delivered',
    given_up: `given up: tried ${counted(attempts, 'time')}${error}`,
  }[delivery];
  return `${utcTime(occurredAt)}  ${type}: ${delivered}`;
}

export const erasedInWords = (extent: ErasureExtent): string =>
  `${counted(extent.accounts, 'account')}, ${counted(extent.owedMails, 'owed mail')}, ` +
  `${counted(extent.wrongTryCounts, 'count')} of wrong codes, the address in ${counted(extent.eventsWithAddress, 'event')}`;
