import { Inject, Injectable } from '@nestjs/common';
import { Logger } from '@app/runtime';
import { emailAddressOrNull } from '../domain/email-address';
import { UsersError } from '../domain/errors';
import { PasswordHasher, type Comparison, type Requester } from '../domain/password-hasher';
import { UserRepository, type UserWithHash } from '../domain/user-repository';

export interface AuthenticationAttempt extends Requester, Pick<Comparison, 'password' | 'inFull'> {
  readonly email: string;
}

/** Finds the account of an address and checks the password; the error does not say which of the two was wrong. */
@Injectable()
export class Authenticate {
  /** Hashes being renewed by this process: of concurrent sign-ins, only the first one renews. */
  private readonly renewing = new Set<string>();

  constructor(
    @Inject(UserRepository) private readonly users: UserRepository,
    @Inject(PasswordHasher) private readonly passwords: PasswordHasher,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  /** @throws {UsersError} users.credentials_wrong @throws {Unavailable} */
  async authenticate(attempt: AuthenticationAttempt): Promise<UserWithHash> {
    const { email, password, inFull = false, client, gone } = attempt;
    // An invalid address is treated like an unknown one: the same answer after the same work.
    const address = emailAddressOrNull(email);
    const user = address === null ? null : await this.users.findByEmail(address);
    const hash = user?.passwordHash ?? null;
    const comparison = { address: address ?? email, password, hash, inFull, client, gone };
    const right = await this.passwords.matches(comparison);
    if (user === null || !right) throw new UsersError('users.credentials_wrong');
    const renewal = this.renewHash(user, attempt);
    // If a pending account must look like an unknown one, the answer waits only for the comparison.
    if (!inFull || user.activatedAt !== null) await renewal;
    return user;
  }

  /**
   * Replaces a stored hash with a lower cost than configured. Only here is the password known to be right. Never
   * rejects: if the queue is full or the database fails, the next right password renews the hash.
   */
  private async renewHash(
    user: UserWithHash,
    { password, client, gone }: AuthenticationAttempt,
  ): Promise<void> {
    const { id, passwordHash: old } = user;
    if (!this.passwords.isOutdated(old) || this.renewing.has(old)) return;
    this.renewing.add(old);
    try {
      const renewed = await this.passwords.hash(password, { client, gone });
      await this.users.replaceHash(id, old, renewed);
      this.passwords.remember(password, renewed);
    } catch (error) {
      this.logger.debug(
        { error, user_id: id },
        'Renewing a password hash with a lower cost failed; the next sign-in retries',
      );
    } finally {
      this.renewing.delete(old);
    }
  }
}
