import type { Locale } from '@app/mail';
import {
  CODE_DIGITS_MAX,
  type IssuedCode,
  HELD_WITHOUT_MAIL_SECONDS,
  REPLACED_CODE_SECONDS,
  RESEND_WAIT_SECONDS,
  type CurrentCode,
  type OwedFrom,
} from '../domain/activation-code';
import { WRONG_TRIES_PER_DIGIT } from '../row/account-row';
import type { NewAccount } from './people';
import { DAY_SECONDS, type AccountState } from './stage';

/** An account as a table row; times are milliseconds since 1970, null where the column is null. */
export interface FakeRow {
  id: string;
  email: string;
  passwordHash: string;
  createdAt: number;
  activatedAt: number | null;
  mailId: string | null;
  codeDigits: number;
  codeKeyId: string | null;
  wrongTries: number;
  resends: number;
  earlyResend: 'unused' | 'open' | 'used';
  replacedCode: (IssuedCode & { readonly sentAt: number }) | null;
  expiresAt: number | null;
  dueAt: number | null;
  owedSince: number;
  sentAt: number | null;
  givenUpAt: number | null;
  withheldAt: number | null;
  attempts: number;
  unknownOutcomes: number;
  leasedBy: string | null;
  lastError: string | null;
  locale: Locale;
  requestId: string | null;
  requestDigest: Buffer | null;
  pretended: readonly FakePretended[];
}

interface FakePretended {
  readonly digest: string | null;
  readonly id: string;
  readonly createdAt: Date;
  readonly digits: number;
}

const hourAgo = (now: number): number => now - HELD_WITHOUT_MAIL_SECONDS * 1_000;
const dayAgo = (now: number): number => now - DAY_SECONDS * 1_000;

export const isAlive = (row: FakeRow, now: number): boolean => (row.expiresAt ?? 0) > now;

const waitsForMail = (row: FakeRow, now: number): boolean => {
  const since = row.replacedCode === null ? row.createdAt : row.owedSince;
  return (row.dueAt !== null || row.withheldAt !== null) && since > hourAgo(now);
};

const isDead = (row: FakeRow, now: number): boolean =>
  row.activatedAt === null && !isAlive(row, now) && !waitsForMail(row, now);

export const diedBefore = (row: FakeRow, moment: number): boolean => {
  const withheldTo = row.withheldAt === null ? null : row.withheldAt + HELD_WITHOUT_MAIL_SECONDS * 1_000;
  const diedAt = row.expiresAt ?? row.givenUpAt ?? withheldTo ?? Infinity;
  // This clock has millisecond resolution: an event within the current millisecond counts as past.
  return row.activatedAt === null && row.dueAt === null && row.createdAt <= moment && diedAt <= moment;
};

export const hasExpiredUnused = (row: FakeRow, now: number): boolean =>
  row.activatedAt === null && row.dueAt === null && row.expiresAt !== null && row.expiresAt <= now;

/** The table of accounts in memory, shared by all fakes, with its own clock. */
export class FakeAccounts {
  readonly rows = new Map<string, FakeRow>();
  /** Times, by address. */
  readonly wrongTries = new Map<string, number[]>();
  /** By mailbox. */
  readonly mails = new Map<string, { readonly at: number; readonly mailId: string | null }[]>();
  /** Maximum number of mails per mailbox and day. */
  mailsOfADay: number | null = 20;
  private passedMs = 0;

  now(): number {
    return Date.now() + this.passedMs;
  }

  advanceTime(seconds: number): void {
    this.passedMs += seconds * 1_000;
  }

  byId(id: string): FakeRow | undefined {
    return [...this.rows.values()].find((row) => row.id === id);
  }

  byMail(id: string): FakeRow | undefined {
    return [...this.rows.values()].find((row) => row.mailId === id);
  }

  /** Adds the account or replaces an expired registration; undefined if the address is held. */
  add(account: NewAccount): FakeRow | undefined {
    const now = this.now();
    const held = this.rows.get(account.email);
    if (held !== undefined && !isDead(held, now)) return undefined;
    const { id, email, passwordHash, code, locale, requestId, requestDigest } = account;
    const row: FakeRow = {
      ...{ id, email, passwordHash, createdAt: now, activatedAt: null, requestDigest },
      ...{ resends: 0, earlyResend: 'unused', replacedCode: null, pretended: [] },
      ...owedFrom(now, code.mailId, { locale, requestId }),
      ...this.freshCode(email, code),
      locale,
    };
    this.rows.set(row.email, row);
    this.countMail(row);
    return row;
  }

  freshCode(email: string, { digits, keyId }: IssuedCode) {
    return { codeDigits: this.digitsFor(email, digits), codeKeyId: keyId, wrongTries: 0, expiresAt: null };
  }

  digitsFor(email: string, usual: number): number {
    const tries = (this.wrongTries.get(email) ?? []).filter((at) => at > dayAgo(this.now()));
    return Math.min(CODE_DIGITS_MAX, usual + Math.floor(tries.length / WRONG_TRIES_PER_DIGIT));
  }

  countWrongTry(email: string): void {
    this.wrongTries.set(email, [...(this.wrongTries.get(email) ?? []), this.now()]);
  }

  countMail(row: FakeRow): void {
    const recent = (this.mails.get(mailbox(row)) ?? []).filter(({ at }) => at > dayAgo(this.now()));
    if (this.mailsOfADay === null || recent.length < this.mailsOfADay) {
      recent.push({ at: row.owedSince, mailId: row.mailId });
    }
    this.mails.set(mailbox(row), recent);
  }

  exceedsMailbox(row: FakeRow): boolean {
    const mails = this.mails.get(mailbox(row)) ?? [];
    if (this.mailsOfADay === null || mails.some(({ mailId }) => mailId === row.mailId)) return false;
    return mails.filter(({ at }) => at > dayAgo(row.owedSince)).length >= this.mailsOfADay;
  }

  state(email: string): AccountState | null {
    const row = this.rows.get(email);
    if (row === undefined) return null;
    const { id, passwordHash, requestDigest } = row;
    const activatedAt = row.activatedAt === null ? null : new Date(row.activatedAt);
    return { id, email, passwordHash, activatedAt, code: this.code(row), requestDigest };
  }

  code(row: FakeRow): CurrentCode | null {
    if (row.activatedAt !== null || row.mailId === null) return null;
    const now = this.now();
    const alive = isAlive(row, now);
    const state = row.dueAt !== null || waitsForMail(row, now) ? 'owed' : alive ? 'sent' : 'dead';
    const wait = row.earlyResend === 'open' ? 0 : RESEND_WAIT_SECONDS * 1_000;
    const recent = row.replacedCode !== null && row.replacedCode.sentAt > now - REPLACED_CODE_SECONDS * 1_000;
    return {
      mailId: row.mailId,
      digits: row.codeDigits,
      keyId: row.codeKeyId,
      state,
      expiresAt: state === 'sent' && row.expiresAt !== null ? new Date(row.expiresAt) : null,
      resends: row.resends,
      wrongTries: row.wrongTries,
      resendAllowedAt: new Date(row.resends === 0 ? row.createdAt : row.owedSince + wait),
      resendsEarly: row.earlyResend === 'open',
      replaced: recent ? issued(row.replacedCode) : null,
    };
  }
}

const mailbox = ({ email }: FakeRow): string => email.replace(/\+[^@]*(?=@)|\.(?=[^@]*@)/g, '');

const issued = (code: IssuedCode | null): IssuedCode | null =>
  code && { mailId: code.mailId, digits: code.digits, keyId: code.keyId };

/** The fields of a row for a mail that is owed from now on. */
export const owedFrom = (now: number, mailId: string, { locale, requestId }: OwedFrom) => ({
  ...{ mailId, dueAt: now, owedSince: now, requestId, attempts: 0, unknownOutcomes: 0, leasedBy: null },
  ...{ sentAt: null, givenUpAt: null, withheldAt: null, lastError: null },
  ...(locale === undefined ? {} : { locale }),
});
