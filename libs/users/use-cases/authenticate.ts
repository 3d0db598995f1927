import { Inject, Injectable } from '@nestjs/common';
import { emailAddressOrNull } from '../domain/email-address';
import { UsersError } from '../domain/errors';
import { PasswordHasher } from '../domain/password-hasher';
import { UserRepository, type UserWithHash } from '../domain/user-repository';

/** Finds the account of an address and checks the password; nobody learns which of the two was wrong. */
@Injectable()
export class Authenticate {
  constructor(
    @Inject(UserRepository) private readonly users: UserRepository,
    @Inject(PasswordHasher) private readonly passwords: PasswordHasher,
  ) {}

  /** @throws {UsersError} users.credentials_wrong @throws {Unavailable} */
  async execute(email: string, password: string, gone?: AbortSignal): Promise<UserWithHash> {
    // What cannot be anybody's address is an unknown one: it gets the same answer after the same work.
    const address = emailAddressOrNull(email);
    const user = address === null ? null : await this.users.findByEmail(address);
    const right = await this.passwords.matches(address ?? email, password, user?.passwordHash ?? null, gone);
    if (user === null || !right) throw new UsersError('users.credentials_wrong');
    return user;
  }

  /**
   * Hashes a password that was right anew, when its stored hash took less work than is asked for now. Undefined
   * when there is no need, and when there is no room: it is then made another time.
   */
  async renewedHash({ passwordHash }: UserWithHash, password: string): Promise<string | undefined> {
    if (!this.passwords.isOutdated(passwordHash)) return undefined;
    return await this.passwords.hash(password).catch(() => undefined);
  }
}
