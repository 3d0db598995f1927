import type { EmailAddress } from './email-address';
import type { AuditEntry, Page } from './operator-trail';

export const ACCOUNT_STATES = ['pending', 'activated', 'undeliverable'] as const;
/** `undeliverable`: never activated, and its mail was given up. */
export type AccountState = (typeof ACCOUNT_STATES)[number];

/** One line of a list or an export. */
export interface AccountEntry {
  readonly id: string;
  readonly email: EmailAddress;
  readonly state: AccountState;
  readonly createdAt: Date;
  readonly activatedAt: Date | null;
  /** Only where the caller asked for it. */
  readonly passwordHash?: string;
}

/** All that the service knows of an account, for an operator. Times are PostgreSQL's, `now` included. */
export interface AccountDetails extends AccountEntry {
  readonly now: Date;
  readonly locale: string;
  /** The request that caused the current mail. */
  readonly requestId: string | null;
  /** Null where no mail was owed since the activation. */
  readonly mail: MailDetails | null;
  /** Null once activated. */
  readonly code: CodeDetails | null;
}

export interface MailDetails {
  readonly id: string;
  readonly owedSince: Date;
  /** When it is tried next; null when it is sent or given up. */
  readonly nextTryAt: Date | null;
  readonly sentAt: Date | null;
  readonly givenUpAt: Date | null;
  readonly attempts: number;
  readonly lastAnswer: string | null;
}

export interface CodeDetails {
  readonly expiresAt: Date | null;
  readonly digits: number;
  readonly wrongTries: number;
  readonly newCodesUsed: number;
}

/** What the service holds about an address outside its account. */
export interface AddressTraces {
  /** Wrong codes typed for the address since `since`, at most a day ago. */
  readonly wrongTries: { readonly tries: number; readonly since: Date } | null;
  /** Mails promised to the mailbox in the last day, whatever the plus tag. */
  readonly mailsOfDay: number;
  readonly erasures: readonly { readonly accountId: string; readonly erasedAt: Date }[];
  readonly audit: readonly AuditEntry[];
  /** Of the account, and whichever hold the address; oldest first, at most a hundred. */
  readonly events: readonly AccountEventEntry[];
}

export interface AccountEventEntry {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: Date;
  readonly requestId: string | null;
  /** `kept`: in the log, and no webhook owes it. */
  readonly delivery: 'kept' | 'owed' | 'delivered' | 'given_up';
  readonly attempts: number;
  readonly lastError: string | null;
}

export interface AccountFilter {
  readonly state?: AccountState;
  readonly since?: Date;
  readonly until?: Date;
  readonly withHashes?: boolean;
}

/** Reads accounts for operators; changes nothing. */
export interface AccountDirectory {
  /** @throws {Unavailable} */
  findByAddress(address: EmailAddress): Promise<AccountDetails | null>;
  /** By the account's id, its current mail's id, or a request that changed it. @throws {Unavailable} */
  findByReference(reference: string): Promise<AccountDetails | null>;
  /** Accounts in the order of registration, the newest first. @throws {Unavailable} */
  list(filter: AccountFilter, limit: number, after?: string): Promise<Page<AccountEntry>>;
  /** @throws {Unavailable} */
  count(filter: AccountFilter): Promise<number>;
  /** @param digests of the address, under the present key and the one before @throws {Unavailable} */
  traces(address: EmailAddress, digests: readonly string[], accountId: string | null): Promise<AddressTraces>;
}
export const AccountDirectory = Symbol('AccountDirectory');
