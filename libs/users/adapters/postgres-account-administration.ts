import { Inject, Injectable } from '@nestjs/common';
import type { TransactionSql } from 'postgres';
import { accountRow, mailsOfADay, type IssuedCode } from '@app/activation';
import { recordEvent } from '@app/events';
import { Environment, inTime, inTransaction, Sql } from '@app/runtime';
import type {
  AccountAdministration,
  AddedAccounts,
  AuditedAction,
  ErasureExtent,
  ErasureTarget,
  ImportedAccount,
  ImportOutcome,
  Operator,
  OperatorActivation,
  ResendOutcome,
  Target,
} from '../domain/account-administration';
import type { Erasure } from '../domain/operator-trail';
import { AddressDigest } from '../domain/address-digest';
import { erasure, extentOf } from './erasure-statements';
import { insertImported, replaceDead, whyNotAdded } from './import-statements';

const { countMails, hasFullMailbox, owesNewCode, remembersReplacedCode } = accountRow;

const ACTIVATED = { type: 'user.activated', from: 'activated', request: { id: null } } as const;

@Injectable()
export class PostgresAccountAdministration implements AccountAdministration {
  constructor(
    @Inject(Sql) private readonly sql: Sql,
    @Inject(Environment) private readonly environment: Environment,
    private readonly digests: AddressDigest,
  ) {}

  async resend(target: Target, code: IssuedCode, operator: Operator, force: boolean): Promise<ResendOutcome> {
    const dayLimit = mailsOfADay(this.environment);
    return await inTransaction(this.sql, async (sql) => {
      const [held] = await sql<{ activated: boolean; full: boolean }[]>`
        select activated_at is not null as activated, ${hasFullMailbox(this.sql, dayLimit)} as full
        from users where id = ${target.id} for update`;
      if (held === undefined) return 'gone';
      if (held.activated) return 'already_activated';
      if (held.full && !force) return 'mailbox_limit';
      await sql`
        with replaced as (
          update users set
            ${owesNewCode(this.sql, code, { requestId: null })}, ${remembersReplacedCode(this.sql)},
            request_digest = null
          where id = ${target.id}
          returning email
        ) ${countMails(this.sql, 'replaced', dayLimit, force)}`;
      await this.audit(sql, 'users.resend', operator, target);
      return 'replaced';
    });
  }

  async activate(target: Target, operator: Operator): Promise<OperatorActivation> {
    return await inTransaction(this.sql, async (sql) => {
      const [held] = await sql<{ activated: boolean }[]>`
        select activated_at is not null as activated from users where id = ${target.id} for update`;
      if (held === undefined) return 'gone';
      if (held.activated) return 'already_activated';
      await sql`
        with activated as (
          update users set
            activated_at = now(), mail_id = null, code_expires_at = null, mail_due_at = null, mail_given_up_at = null,
            mail_withheld_at = null, replaced_code = null, request_digest = null
          where id = ${target.id}
          returning id, email, created_at, activated_at
        ) ${recordEvent(this.sql, this.environment, ACTIVATED)}`;
      await this.audit(sql, 'users.activate', operator, target);
      return 'activated';
    });
  }

  async extent(target: ErasureTarget): Promise<ErasureExtent> {
    return await extentOf(this.sql, target);
  }

  async erase(target: ErasureTarget, operator: Operator, action: AuditedAction): Promise<ErasureExtent> {
    const statement = erasure(this.sql, this.environment, target, this.digests.of(target.email), null);
    return await inTransaction(this.sql, async (sql) => {
      const [extent] = await sql<[ErasureExtent]>`${statement}`;
      await this.audit(sql, action, operator, target, extent.accounts);
      return extent;
    });
  }

  async rememberErasure({ accountId, digest, erasedAt }: Erasure): Promise<void> {
    await inTime(this.sql`
      insert into erasures (account_id, digest, erased_at) values (${accountId}, ${digest}, ${erasedAt})
      on conflict (account_id) do nothing`);
  }

  async importAccounts(accounts: readonly ImportedAccount[], operator: Operator): Promise<ImportOutcome> {
    return await inTransaction(this.sql, async (sql) => {
      await replaceDead(sql, this.sql, this.environment, accounts);
      const added = new Set(await insertImported(sql, accounts));
      // Of two lines with the same address, the first one was added.
      const rest = accounts.filter(({ email }) => !added.delete(email));
      const outcome = await whyNotAdded(sql, this.sql, rest);
      const count = accounts.length - rest.length;
      if (count > 0) await this.audit(sql, 'users.import', operator, null, count);
      return { ...outcome, added: count };
    });
  }

  async dryRunImport(accounts: readonly ImportedAccount[], added?: AddedAccounts): Promise<ImportOutcome> {
    const outcome = await whyNotAdded(this.sql, this.sql, accounts, added);
    return { ...outcome, added: accounts.length - outcome.present - outcome.refused.length };
  }

  private async audit(
    sql: TransactionSql,
    action: AuditedAction,
    { osUser, host, reason }: Operator,
    target: ErasureTarget | null,
    accounts = 1,
  ): Promise<void> {
    await sql`
      insert into audit (os_user, host, action, account_id, digest, accounts, reason)
      values (${osUser}, ${host}, ${action}, ${target?.id ?? null},
              ${target === null ? null : this.digests.of(target.email)}, ${accounts}, ${reason})`;
  }
}
