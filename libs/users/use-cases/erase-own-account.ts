import { Inject, Injectable } from '@nestjs/common';
import { AddressDigest } from '../domain/address-digest';
import { UsersError } from '../domain/errors';
import { UserRepository, type User } from '../domain/user-repository';

/** Deletes an account on its owner's word. */
@Injectable()
export class EraseOwnAccount {
  constructor(
    @Inject(UserRepository) private readonly users: UserRepository,
    private readonly digests: AddressDigest,
  ) {}

  /**
   * @param account its password was right
   * @throws {UsersError} users.credentials_wrong, when it was deleted or replaced meanwhile @throws {Unavailable}
   */
  async eraseOwnAccount(account: Pick<User, 'id' | 'email'>, requestId: string | null): Promise<void> {
    const erased = await this.users.erase(account, this.digests.of(account.email), requestId);
    if (!erased) throw new UsersError('users.credentials_wrong');
  }
}
