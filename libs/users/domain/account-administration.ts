import type { IssuedCode } from '@app/activation';
import type { EmailAddress } from './email-address';
import type { Erasure } from './operator-trail';

export const AUDITED_ACTIONS = [
  'users.resend',
  'users.activate',
  'users.erase',
  'users.erase_again',
  'users.import',
] as const;
export type AuditedAction = (typeof AUDITED_ACTIONS)[number];

/** The operator and the reason of a change, written in the same transaction. */
export interface Operator {
  readonly osUser: string;
  readonly host: string;
  readonly reason: string;
}

export interface Target {
  readonly id: string;
  readonly email: EmailAddress;
}

/** The subject of an erasure: an account, or the remaining data of an address without one. */
export interface ErasureTarget {
  readonly id: string | null;
  readonly email: EmailAddress;
}

/** What an erasure deletes, in numbers. */
export interface ErasureExtent {
  readonly accounts: number;
  readonly owedMails: number;
  readonly wrongTryCounts: number;
  /** Daily counts of mails, of the address and of its mailbox. */
  readonly mailCounts: number;
  readonly eventsWithAddress: number;
}

export interface ImportedAccount {
  readonly line: number;
  readonly id: string;
  readonly email: EmailAddress;
  readonly passwordHash: string;
  readonly createdAt: Date;
  readonly activatedAt: Date;
}

/** The outcome of each line of a batch; lines not listed were added. */
export interface ImportOutcome {
  readonly added: number;
  /** The same account was imported before. */
  readonly present: number;
  readonly refused: readonly { readonly line: number; readonly reason: string }[];
}

export type ResendOutcome = 'replaced' | 'already_activated' | 'mailbox_limit' | 'gone';
export type OperatorActivation = 'activated' | 'already_activated' | 'gone';

/** Accounts that a dry run would have added, by address and by id. */
export type AddedAccounts = Map<string, ImportedAccount>;

/** Changes accounts for operators. Each change and its audit entry are one transaction. */
export interface AccountAdministration {
  /**
   * Owes a new code, beyond the registration's own limit; with `force` also beyond the daily limit of the mailbox.
   * `digits` is the usual length. @throws {Unavailable}
   */
  resend(target: Target, code: IssuedCode, operator: Operator, force: boolean): Promise<ResendOutcome>;
  /** Activates without a code. @throws {Unavailable} */
  activate(target: Target, operator: Operator): Promise<OperatorActivation>;
  /** What `erase` would delete. @throws {Unavailable} */
  extent(target: ErasureTarget): Promise<ErasureExtent>;
  /** Deletes everything about the person except the digest in the logs. @throws {Unavailable} */
  erase(target: ErasureTarget, operator: Operator, action: AuditedAction): Promise<ErasureExtent>;
  /** Adds an erasure of an earlier log to this one, if it is missing. @throws {Unavailable} */
  rememberErasure(erasure: Erasure): Promise<void>;
  /** Adds activated accounts in one transaction. @throws {Unavailable} */
  importAccounts(accounts: readonly ImportedAccount[], operator: Operator): Promise<ImportOutcome>;
  /**
   * What `importAccounts` would do after earlier batches. @throws {Unavailable}
   * @param added the accounts of earlier batches; this one adds its own
   */
  dryRunImport(accounts: readonly ImportedAccount[], added?: AddedAccounts): Promise<ImportOutcome>;
}
export const AccountAdministration = Symbol('AccountAdministration');
