import { Inject, Injectable } from '@nestjs/common';
import { AccountDirectory, type AccountDetails, type AddressTraces } from '../domain/account-directory';
import { AddressDigest } from '../domain/address-digest';
import { parseEmailAddress, type EmailAddress } from '../domain/email-address';

export interface FoundAccount {
  /** Null if only an address was given and no account has it. */
  readonly account: AccountDetails | null;
  readonly email: EmailAddress;
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
    if (email === null) return null;
    const traces = await this.accounts.traces(email, this.digests.all(email), account?.id ?? null);
    return { account, email, traces };
  }

  /** @throws {UsersError} users.email_invalid @throws {Unavailable} */
  async account(reference: string): Promise<AccountDetails | null> {
    return reference.includes('@')
      ? await this.accounts.findByAddress(parseEmailAddress(reference))
      : await this.accounts.findByReference(reference);
  }
}
