import { Injectable } from '@nestjs/common';
import { Authenticate, UsersError, type UserWithHash } from '@app/users';
import type { BasicCredentials } from './basic-credentials';
import { RequestLimits } from '../rate-limit/request-limits';
import { currentRequest } from '../server/request-context';

/**
 * Checks a password between two budgets. The guard has spent one of "wrong passwords by this client for this
 * address" in advance, so that many concurrent attempts cannot overdraw it. A right password gets it back and spends
 * one of the account's own attempts instead: a stranger, who does not have the password, cannot use those up.
 */
@Injectable()
export class LimitedAuthentication {
  constructor(
    private readonly authentication: Authenticate,
    private readonly limits: RequestLimits,
  ) {}

  /**
   * @param spends what a right password spends of the account's own
   * @throws {UsersError} users.credentials_wrong @throws {ProblemError} RateLimitExceeded @throws {Unavailable}
   */
  async authenticate(
    { email, password }: BasicCredentials,
    spends: 'activation' | 'resend',
  ): Promise<UserWithHash> {
    const { gone, clientDigest: client } = currentRequest();
    const user = await this.authentication
      .authenticate({ email, password, gone, client })
      .catch((error: unknown) => {
        // Where the password was not compared, it was not wrong.
        if (!(error instanceof UsersError)) this.limits.giveBackCredentials();
        throw error;
      });
    await this.limits.spend(spends, user.id);
    return user;
  }

  /** A stronger hash to be kept with the activation, where the stored one has become too weak. */
  renewedHash(user: UserWithHash, { password }: BasicCredentials): Promise<string | undefined> {
    return this.authentication.renewedHash(user, password);
  }
}
