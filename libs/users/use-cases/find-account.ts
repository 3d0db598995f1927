import { Inject, Injectable } from '@nestjs/common';
import { AccountDirectory, type AccountDetails, type AddressTraces } from '../domain/account-directory';
import { AddressDigest } from '../domain/address-digest';
import { parseEmailAddress, type EmailAddress } from '../domain/email-address';

export interface FoundAccount {
  /** Null if no account has the address, or the account no longer exists. */
  readonly account: AccountDetails | null;
  /** Null if no account has the address. */
  readonly accountId: string | null;
  /** Null if the account no longer exists and only its id is known. */
  readonly email: EmailAddress | null;
  readonly traces: AddressTraces;
}

/** Finds an account by any reference an operator may have: an address in any spelling, an id, a request id. */
@Injectable()
export class FindAccount {
  constructor(
    @Inject(AccountDirectory) private readonly accounts: AccountDirectory,
    private readonly digests: AddressDigest,
  ) {}

  /** Null if nothing has this id. @throws {UsersError} users.email_invalid @throws {Unavailable} */
  async findAccount(reference: string): Promise<FoundAccount | null> {
    const account = await this.account(reference);
    const email = account?.email ?? (reference.includes('@') ? parseEmailAddress(reference) : null);
    const accountId = account?.id ?? (email === null ? await this.accounts.findPastId(reference) : null);
    if (email === null && accountId === null) return null;
    const digests = email === null ? [] : this.digests.all(email);
    return { account, accountId, email, traces: await this.accounts.traces(email, digests, accountId) };
  }

  /** @throws {UsersError} users.email_invalid @throws {Unavailable} */
  async account(reference: string): Promise<AccountDetails | null> {
    return reference.includes('@')
      ? await this.accounts.findByAddress(parseEmailAddress(reference))
      : await this.accounts.findByReference(reference);
  }
}
