import { hostname, userInfo } from 'node:os';
import { Option } from 'nest-commander';
import { maskEmailsIn } from '@app/runtime';
import type { AccountDetails, FindAccount, Operator } from '@app/users';
import { BaseCommand, type ReportOptions } from './base-command';

export interface AuditedOptions extends ReportOptions {
  readonly reason?: string;
}

const REASON_LENGTH_MAX = 1_000;

/** A command that changes accounts: who did it, and why, is written to the audit trail in the same transaction. */
export abstract class AuditedCommand extends BaseCommand {
  @Option({ flags: '--reason <text>', description: 'why; it is kept in the audit trail (required)' })
  parseReason(given: string): string {
    return given.trim();
  }

  /** Ends the command as wrong usage where there is no reason. */
  protected operator({ reason = '' }: AuditedOptions): Operator {
    if (reason === '') this.command.error('error: say why, with --reason "…"', { exitCode: 2 });
    if (reason.length > REASON_LENGTH_MAX) {
      this.command.error(`error: --reason has at most ${REASON_LENGTH_MAX} characters`, { exitCode: 2 });
    }
    // No erasure reaches the audit trail: an address in it would stay for ever.
    if (maskEmailsIn(reason) !== reason) {
      this.command.error('error: --reason is kept for ever: leave addresses out of it', { exitCode: 2 });
    }
    return { osUser: osUser(), host: hostname(), reason };
  }

  /** @throws {Error} in words, where there is no such account */
  protected async account(accounts: FindAccount, reference: string): Promise<AccountDetails> {
    const account = await accounts.account(reference);
    if (account === null) throw new Error(`There is no account ${reference}.`);
    return account;
  }
}

/** A container may run under a number that has no name. */
function osUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
