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

/** Who changes something, and why: written with the change, or neither is. */
export interface Operator {
  readonly osUser: string;
  readonly host: string;
  readonly reason: string;
}

export interface Target {
  readonly id: string;
  readonly email: EmailAddress;
}

/** Whose data is erased: an account, or what is left of an address that has none any more. */
export interface ErasureTarget {
  readonly id: string | null;
  readonly email: EmailAddress;
}

/** What an erasure takes away, in counts. */
export interface ErasureExtent {
  readonly accounts: number;
  readonly owedMails: number;
  readonly wrongTryCounts: number;
  /** The day's counts of mails, of the address and of its mailbox. */
  readonly mailCounts: number;
  readonly eventsWithAddress: number;
}

export interface ImportedAccount {
  readonly line: number;
  readonly id: string | null;
  readonly email: EmailAddress;
  readonly passwordHash: string;
  readonly createdAt: Date;
  readonly activatedAt: Date;
}

/** What became of each line of a batch; lines not named were added. */
export interface ImportOutcome {
  readonly added: number;
  /** The same account was imported before. */
  readonly present: number;
  readonly refused: readonly { readonly line: number; readonly reason: string }[];
}

export type ResendOutcome = 'replaced' | 'already_activated' | 'mailbox_limit' | 'gone';
export type OperatorActivation = 'activated' | 'already_activated' | 'gone';

/** Changes accounts on an operator's word. Each change and its audit entry are one transaction. */
export interface AccountAdministration {
  /**
   * Owes a new code, beyond the registration's own limit. Its `digits` are the usual length.
   * @throws {Unavailable}
   */
  resend(target: Target, code: IssuedCode, operator: Operator, force: boolean): Promise<ResendOutcome>;
  /** @throws {Unavailable} */
  activate(target: Target, operator: Operator): Promise<OperatorActivation>;
  /** What `erase` would take away. @throws {Unavailable} */
  extent(target: ErasureTarget): Promise<ErasureExtent>;
  /** Takes away all that is held of the person but the digest in the logs. @throws {Unavailable} */
  erase(target: ErasureTarget, operator: Operator, action: AuditedAction): Promise<ErasureExtent>;
  /** Writes an erasure of a former log into this one, where it is missing. @throws {Unavailable} */
  rememberErasure(erasure: Erasure): Promise<void>;
  /** Adds activated accounts, all in one transaction. @throws {Unavailable} */
  importAccounts(accounts: readonly ImportedAccount[], operator: Operator): Promise<ImportOutcome>;
  /** What `importAccounts` would do. @throws {Unavailable} */
  rehearseImport(accounts: readonly ImportedAccount[]): Promise<ImportOutcome>;
}
export const AccountAdministration = Symbol('AccountAdministration');
