import { Injectable } from '@nestjs/common';
import { isSameRequest } from '@app/activation';
import { Authenticate, UsersError, type UserWithHash } from '@app/users';
import type { BasicCredentials } from '../server/basic-credentials';
import { RequestLimits } from '../rate-limit/request-limits';
import { currentRequest } from '../server/request-context';

/**
 * What the `activation` limit counts by: the account and its code. A new code that replaces one with too many failed
 * attempts can be redeemed immediately; it would expire while its owner waits.
 */
export const attemptsOf = ({ id, code }: UserWithHash): string => `${id} ${code?.mailId ?? ''}`;

/**
 * Checks a password between two limits. The guard has spent one of "wrong passwords of this client for this address"
 * in advance, so that concurrent attempts cannot exceed it. A right password refunds it and spends one of the
 * account's own attempts instead: a stranger without the password cannot use those up.
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
    await this.limits.spend('activation', attemptsOf(user));
    return user;
  }

  /**
   * A code with too many failed attempts may be replaced within the resend minute, once per registration; the row
   * remembers it. The request that caused the present code may be repeated within it as well: it sends nothing.
   * @returns `early` if such an exception was used
   * @throws as `authenticate`
   */
  async authenticateForNewCode(
    credentials: BasicCredentials,
    requestDigest: Buffer | null,
  ): Promise<{ user: UserWithHash; early: boolean }> {
    const user = await this.check(credentials);
    const excused = user.code?.resendsEarly === true || isSameRequest(user.requestDigest, requestDigest);
    const allowed = await this.limits.spend('resend', user.id, excused);
    return { user, early: !allowed };
  }

  /**
   * A right password spends nothing of the password limits.
   * @param conceals whether a pending account is refused like an unknown one, after the same work
   * @throws {UsersError} users.credentials_wrong @throws {Unavailable}
   */
  async identify(credentials: BasicCredentials, conceals: boolean): Promise<UserWithHash> {
    const user = await this.check(credentials, conceals);
    if (conceals && user.activatedAt === null) throw new UsersError('users.credentials_wrong');
    this.limits.refundCredentials();
    return user;
  }

  /**
   * Only checks the password, and keeps what the guard has spent.
   * @param inFull does all the work even for a recently right password
   * @throws {UsersError} users.credentials_wrong @throws {Unavailable}
   */
  async check({ email, password }: BasicCredentials, inFull = false): Promise<UserWithHash> {
    const { gone, clientDigest: client } = currentRequest();
    return await this.authentication
      .authenticate({ email, password, inFull, gone, client })
      .catch((error: unknown) => {
        // A password that was not compared counts as not wrong.
        if (!(error instanceof UsersError)) this.limits.refundCredentials();
        throw error;
      });
  }
}
