import { hostname, userInfo } from 'node:os';
import { Option } from 'nest-commander';
import { maskEmailsIn } from '@app/runtime';
import type { AccountDetails, FindAccount, Operator } from '@app/users';
import { BaseCommand, type ReportOptions } from './base-command';

export interface AuditedOptions extends ReportOptions {
  readonly reason?: string;
}

const REASON_LENGTH_MAX = 1_000;

/** A command that changes accounts. The same transaction writes the operator and the reason to the audit trail. */
export abstract class AuditedCommand extends BaseCommand {
  @Option({ flags: '--reason <text>', description: 'reason for the audit trail (required)' })
  parseReason(given: string): string {
    return given.trim();
  }

  /** Ends the command with wrong usage if there is no reason. */
  protected operator({ reason = '' }: AuditedOptions): Operator {
    if (reason === '') this.wrongUsage('add the reason with --reason "…"');
    if (reason.length > REASON_LENGTH_MAX) {
      this.wrongUsage(`--reason may have at most ${REASON_LENGTH_MAX} characters`);
    }
    // An erasure cannot delete audit entries, so an address in one would stay forever.
    if (maskEmailsIn(reason) !== reason) {
      this.wrongUsage('--reason is kept forever; leave addresses out');
    }
    return { osUser: osUser(), host: hostname(), reason };
  }

  /** @throws {Error} with a message for the operator, if there is no such account */
  protected async account(accounts: FindAccount, reference: string): Promise<AccountDetails> {
    const account = await accounts.account(reference);
    if (account === null) throw new Error(`No account found for ${reference}.`);
    return account;
  }
}

/** A container may run as a user id without a name. */
function osUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
