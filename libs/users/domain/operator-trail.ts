import type { Page } from '@app/runtime';

export interface AuditEntry {
  readonly id: string;
  readonly at: Date;
  readonly osUser: string;
  readonly host: string;
  readonly action: string;
  readonly accountId: string | null;
  readonly digest: string | null;
  readonly accounts: number;
  readonly reason: string;
}

export interface Erasure {
  readonly accountId: string;
  readonly digest: string;
  readonly erasedAt: Date;
}

export interface AuditFilter {
  readonly action?: string;
  readonly since?: Date;
  readonly until?: Date;
}

/** Changes made by operators, and erasures. */
export interface OperatorTrail {
  /** The erasure log, oldest first. @throws {Unavailable} */
  erasures(limit: number, after?: string): Promise<Page<Erasure>>;
  /** The audit trail, newest first. @throws {Unavailable} */
  audit(filter: AuditFilter, limit: number, after?: string): Promise<Page<AuditEntry>>;
}
export const OperatorTrail = Symbol('OperatorTrail');
