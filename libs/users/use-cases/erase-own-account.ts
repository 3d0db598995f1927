import { Inject, Injectable } from '@nestjs/common';
import { AddressDigest } from '../domain/address-digest';
import { UsersError } from '../domain/errors';
import { UserRepository, type User } from '../domain/user-repository';

/** Deletes an account for its owner. */
@Injectable()
export class EraseOwnAccount {
  constructor(
    @Inject(UserRepository) private readonly users: UserRepository,
    private readonly digests: AddressDigest,
  ) {}

  /**
   * @param account whose password was right
   * @throws {UsersError} users.credentials_wrong if it was deleted or replaced in the meantime @throws {Unavailable}
   */
  async eraseOwnAccount(account: Pick<User, 'id' | 'email'>, requestId: string | null): Promise<void> {
    const erased = await this.users.erase(account, this.digests.of(account.email), requestId);
    if (!erased) throw new UsersError('users.credentials_wrong');
  }
}
