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
   * @throws {UsersError} users.credentials_wrong @throws {ProblemError} RateLimitExceeded @throws {Unavailable}
   */
  async authenticate(credentials: BasicCredentials): Promise<UserWithHash> {
    const user = await this.check(credentials);
    await this.limits.spend('activation', user.id);
    return user;
  }

  /**
   * A code that died of wrong tries may be replaced within the resend minute, once a registration; the row knows.
   * @returns `early` where that exception was needed
   * @throws as `authenticate`
   */
  async authenticateForNewCode(
    credentials: BasicCredentials,
  ): Promise<{ user: UserWithHash; early: boolean }> {
    const user = await this.check(credentials);
    const allowed = await this.limits.spend('resend', user.id, user.code?.resendsEarly);
    return { user, early: !allowed };
  }

  /**
   * A right password spends nothing of the limits on passwords.
   * @param conceals whether an account that waits for its activation is refused as an unknown one, after the same work
   * @throws {UsersError} users.credentials_wrong @throws {Unavailable}
   */
  async identify(credentials: BasicCredentials, conceals: boolean): Promise<UserWithHash> {
    const user = await this.check(credentials, conceals);
    if (conceals && user.activatedAt === null) throw new UsersError('users.credentials_wrong');
    this.limits.giveBackCredentials();
    return user;
  }

  /**
   * Only checks the password, and leaves spent what the guard has spent.
   * @param inFull does all the work even for a password that was right a moment ago
   * @throws {UsersError} users.credentials_wrong @throws {Unavailable}
   */
  async check({ email, password }: BasicCredentials, inFull = false): Promise<UserWithHash> {
    const { gone, clientDigest: client } = currentRequest();
    return await this.authentication
      .authenticate({ email, password, inFull, gone, client })
      .catch((error: unknown) => {
        // Where the password was not compared, it was not wrong.
        if (!(error instanceof UsersError)) this.limits.giveBackCredentials();
        throw error;
      });
  }
}
