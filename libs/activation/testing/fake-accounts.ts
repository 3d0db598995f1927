import type { Locale } from '@app/mail';
import { WRONG_TRIES_PER_DIGIT } from '../adapters/code-digits';
import { CODE_DIGITS_MAX } from '../domain/activation-code';
import type { NewAccount } from './people';
import { DAY_SECONDS, MAX_WRONG_TRIES, type AccountState } from './stage';

/** One account as the table keeps it; times are milliseconds since 1970, null where the column is null. */
export interface FakeRow {
  id: string;
  email: string;
  passwordHash: string;
  createdAt: number;
  activatedAt: number | null;
  mailId: string | null;
  codeDigits: number;
  wrongTries: number;
  resends: number;
  expiresAt: number | null;
  dueAt: number | null;
  owedSince: number;
  sentAt: number | null;
  givenUpAt: number | null;
  attempts: number;
  unknownOutcomes: number;
  leasedBy: string | null;
  lastError: string | null;
  locale: Locale;
  requestId: string | null;
}

/** The table of accounts in memory, under all the fakes that share it, with a clock of its own. */
export class FakeAccounts {
  readonly rows = new Map<string, FakeRow>();
  readonly wrongTries = new Map<string, { tries: number; since: number }>();
  private passedMs = 0;

  now(): number {
    return Date.now() + this.passedMs;
  }

  letPass(seconds: number): void {
    this.passedMs += seconds * 1_000;
  }

  byId(id: string): FakeRow | undefined {
    return [...this.rows.values()].find((row) => row.id === id);
  }

  byMail(id: string): FakeRow | undefined {
    return [...this.rows.values()].find((row) => row.mailId === id);
  }

  /** Adds the account, or replaces a dead registration; undefined when the address is held. */
  add(account: NewAccount): FakeRow | undefined {
    const now = this.now();
    const held = this.rows.get(account.email);
    if (held !== undefined) {
      const alive = held.expiresAt !== null && held.expiresAt > now && held.wrongTries < MAX_WRONG_TRIES;
      if (held.activatedAt !== null || held.dueAt !== null || alive) return undefined;
    }
    const row: FakeRow = {
      id: account.id,
      email: account.email,
      passwordHash: account.passwordHash,
      createdAt: now,
      activatedAt: null,
      codeDigits: this.digitsFor(account.email, account.code.digits),
      resends: 0,
      locale: account.locale,
      requestId: account.requestId,
      ...owedFrom(now, account.code.mailId),
    };
    this.rows.set(row.email, row);
    return row;
  }

  digitsFor(email: string, usual: number): number {
    const counter = this.wrongTries.get(email);
    const fresh = counter !== undefined && counter.since > this.now() - DAY_SECONDS * 1_000;
    return Math.min(CODE_DIGITS_MAX, usual + Math.floor((fresh ? counter.tries : 0) / WRONG_TRIES_PER_DIGIT));
  }

  state(email: string): AccountState | null {
    const row = this.rows.get(email);
    if (row === undefined) return null;
    const pending = row.activatedAt === null && row.mailId !== null;
    return {
      id: row.id,
      email: row.email,
      passwordHash: row.passwordHash,
      activatedAt: row.activatedAt === null ? null : new Date(row.activatedAt),
      code: pending ? { mailId: row.mailId as string, digits: row.codeDigits } : null,
    };
  }
}

/** What a row holds of a mail that is owed from now on. */
export const owedFrom = (now: number, mailId: string) => ({
  mailId,
  wrongTries: 0,
  expiresAt: null,
  dueAt: now,
  owedSince: now,
  sentAt: null,
  givenUpAt: null,
  attempts: 0,
  unknownOutcomes: 0,
  leasedBy: null,
  lastError: null,
});
