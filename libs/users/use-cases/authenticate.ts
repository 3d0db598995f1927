import { Inject, Injectable } from '@nestjs/common';
import { emailAddressOrNull } from '../domain/email-address';
import { UsersError } from '../domain/errors';
import { PasswordHasher, type Requester } from '../domain/password-hasher';
import { UserRepository, type UserWithHash } from '../domain/user-repository';

export interface Credentials extends Requester {
  readonly email: string;
  readonly password: string;
  /** Does all the work even for a password that was right a moment ago, so that a quick answer tells nothing. */
  readonly inFull?: boolean;
}

/** Finds the account of an address and checks the password; the answer does not tell which of the two was wrong. */
@Injectable()
export class Authenticate {
  constructor(
    @Inject(UserRepository) private readonly users: UserRepository,
    @Inject(PasswordHasher) private readonly passwords: PasswordHasher,
  ) {}

  /** @throws {UsersError} users.credentials_wrong @throws {Unavailable} */
  async authenticate({ email, password, inFull = false, client, gone }: Credentials): Promise<UserWithHash> {
    // What cannot be an address is an unknown one: it gets the same answer after the same work.
    const address = emailAddressOrNull(email);
    const user = address === null ? null : await this.users.findByEmail(address);
    const hash = user?.passwordHash ?? null;
    const comparison = { address: address ?? email, password, hash, client, gone };
    const right = await (inFull ? this.passwords.compare(comparison) : this.passwords.matches(comparison));
    if (user === null || !right) throw new UsersError('users.credentials_wrong');
    return user;
  }

  /**
   * Hashes a password that was right again, when its stored hash took less work than is asked for now. Undefined
   * when there is no need, and when the line is full: it is then made another time.
   */
  async renewedHash({ passwordHash }: UserWithHash, password: string): Promise<string | undefined> {
    if (!this.passwords.isOutdated(passwordHash)) return undefined;
    return await this.passwords.hash(password).catch(() => undefined);
  }
}
