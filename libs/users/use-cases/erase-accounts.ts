import { Inject, Injectable } from '@nestjs/common';
import {
  AccountAdministration,
  type ErasureExtent,
  type ErasureTarget,
  type Operator,
} from '../domain/account-administration';
import { AccountDirectory, type AccountDetails } from '../domain/account-directory';
import type { Erasure } from '../domain/operator-trail';
import { AddressDigest } from '../domain/address-digest';
import { parseEmailAddress } from '../domain/email-address';
import { FindAccount } from './find-account';

/**
 * `address_differs`: the account has the id in the log but another address, or its digest was made with another key.
 */
export type RepeatedErasure = 'erased' | 'absent' | 'address_differs';

/** Erases accounts for an operator, and repeats erasures after a restore of an older backup. */
@Injectable()
export class EraseAccounts {
  constructor(
    @Inject(AccountAdministration) private readonly administration: AccountAdministration,
    @Inject(AccountDirectory) private readonly accounts: AccountDirectory,
    private readonly digests: AddressDigest,
    private readonly finder: FindAccount,
  ) {}

  /**
   * The account, or an address without one that still has data: counts, events of a purged account. Null if there is
   * none. @throws {UsersError} users.email_invalid @throws {Unavailable}
   */
  async find(reference: string): Promise<ErasureTarget | null> {
    const account = await this.finder.account(reference);
    if (account !== null || !reference.includes('@')) return account;
    const target = { id: null, email: parseEmailAddress(reference) };
    const held = await this.administration.extent(target);
    return held.wrongTryCounts + held.mailCounts + held.eventsWithAddress > 0 ? target : null;
  }

  /** What an erasure of all of them would delete. @throws {Unavailable} */
  async extent(targets: readonly ErasureTarget[]): Promise<ErasureExtent> {
    const sum = { ...NOTHING };
    for (const target of targets) add(sum, await this.administration.extent(target));
    return sum;
  }

  /** Erases one after another until the signal. Resolves to what was deleted. @throws {Unavailable} */
  async erase(
    targets: readonly ErasureTarget[],
    operator: Operator,
    signal: AbortSignal,
  ): Promise<ErasureExtent> {
    const sum = { ...NOTHING };
    for (const target of targets) {
      if (signal.aborted) break;
      add(sum, await this.administration.erase(target, operator, 'users.erase'));
    }
    return sum;
  }

  /** What a repetition would delete. @throws {Unavailable} */
  async dryRun(erasure: Erasure): Promise<RepeatedErasure> {
    return this.judge(await this.accounts.findByReference(erasure.accountId), erasure);
  }

  /**
   * Erases the account again if both id and address match the log: a person who has registered again since has another
   * id, and is skipped. @throws {Unavailable}
   */
  async repeat(erasure: Erasure, operator: Operator): Promise<RepeatedErasure> {
    const account = await this.accounts.findByReference(erasure.accountId);
    const verdict = this.judge(account, erasure);
    await this.administration.rememberErasure(erasure);
    if (account !== null && verdict === 'erased') {
      await this.administration.erase(account, operator, 'users.erase_again');
    }
    return verdict;
  }

  private judge(account: AccountDetails | null, { accountId, digest }: Erasure): RepeatedErasure {
    // A reference may also be the id of a mail; only the account's own id counts here.
    if (account?.id !== accountId) return 'absent';
    return this.digests.matches(account.email, digest) ? 'erased' : 'address_differs';
  }
}

const NOTHING = { accounts: 0, owedMails: 0, wrongTryCounts: 0, mailCounts: 0, eventsWithAddress: 0 };

function add(sum: typeof NOTHING, extent: ErasureExtent): void {
  for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += extent[key];
}
