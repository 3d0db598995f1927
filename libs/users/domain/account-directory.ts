import type { EventEntry } from '@app/events';
import type { Page } from '@app/runtime';
import type { EmailAddress } from './email-address';
import type { AuditEntry } from './operator-trail';

export const ACCOUNT_STATES = ['pending', 'activated', 'undeliverable'] as const;
/** `undeliverable`: not activated, and its mail was given up. */
export type AccountState = (typeof ACCOUNT_STATES)[number];

/** One entry of a list or an export. */
export interface AccountEntry {
  readonly id: string;
  readonly email: EmailAddress;
  readonly state: AccountState;
  readonly createdAt: Date;
  readonly activatedAt: Date | null;
  /** Only if requested by the caller. */
  readonly passwordHash?: string;
}

/** Everything the service knows about an account, for an operator. Times are PostgreSQL's, including `now`. */
export interface AccountDetails extends AccountEntry {
  readonly now: Date;
  readonly locale: string;
  /** The request that caused the current mail. */
  readonly requestId: string | null;
  /** Null if no mail has been owed since the activation. */
  readonly mail: MailDetails | null;
  /** Null once activated. */
  readonly code: CodeDetails | null;
}

export interface MailDetails {
  readonly id: string;
  readonly owedSince: Date;
  /** Time of the next attempt; null if the mail was sent or given up. */
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

/** What the service stores about an address outside its account. */
export interface AddressTraces {
  /** Wrong codes for the address since `since`, which is at most a day ago. */
  readonly wrongTries: { readonly tries: number; readonly since: Date } | null;
  /** Mails promised to the mailbox during the last day, whatever the plus tag and dots. */
  readonly mailsOfDay: number;
  readonly erasures: readonly { readonly accountId: string; readonly erasedAt: Date }[];
  readonly audit: readonly AuditEntry[];
  /** Events of the account and those that contain the address; oldest first, at most a hundred. */
  readonly events: readonly AccountEventEntry[];
}

export interface AccountEventEntry {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: Date;
  readonly requestId: string | null;
  readonly delivery: EventEntry['delivery'];
  readonly attempts: number;
  readonly lastError: string | null;
}

export interface AccountFilter {
  readonly state?: AccountState;
  readonly since?: Date;
  readonly until?: Date;
  readonly withHashes?: boolean;
}

/**
 * Maximum number of accounts, and of events, that a search for a request reads: about two seconds of work. An index
 * would cost every registration more than the rare search saves.
 */
export const REQUESTS_SEARCHED = 2_000_000;

/** Reads accounts for operators; changes nothing. */
export interface AccountDirectory {
  /** @throws {Unavailable} */
  findByAddress(address: EmailAddress): Promise<AccountDetails | null>;
  /**
   * By the account's id, the id of its current mail, or a request that changed it, among the newest
   * `REQUESTS_SEARCHED` accounts and events. @throws {Unavailable}
   */
  findByReference(reference: string): Promise<AccountDetails | null>;
  /**
   * Id of an account that no longer exists but left traces: by this id, or by a request among the newest
   * `REQUESTS_SEARCHED` events. @throws {Unavailable}
   */
  findPastId(reference: string): Promise<string | null>;
  /** Accounts in the order of registration, newest first. @throws {Unavailable} */
  list(filter: AccountFilter, limit: number, after?: string): Promise<Page<AccountEntry>>;
  /** @throws {Unavailable} */
  count(filter: AccountFilter): Promise<number>;
  /**
   * @param address null if only the id is known
   * @param digests of the address, under the current and the previous key @throws {Unavailable}
   */
  traces(
    address: EmailAddress | null,
    digests: readonly string[],
    accountId: string | null,
  ): Promise<AddressTraces>;
}
export const AccountDirectory = Symbol('AccountDirectory');
