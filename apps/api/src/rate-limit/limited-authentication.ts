import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Authenticate, UsersError, type UserWithHash } from '@app/users';
import type { BasicCredentials } from '../users/basic-credentials';
import { currentRequest } from '../server/request-context';
import { Charges } from './charges';
import { RequestLimits } from './request-limits';

/**
 * Checks a password between two budgets. The guard has spent one of "wrong passwords by this client for this
 * address" in advance, so that many at once cannot overdraw it. A right password gets it back and spends one of the
 * address's own attempts instead: a stranger, who does not have the password, cannot use those up.
 */
@Injectable()
export class LimitedAuthentication {
  constructor(
    private readonly authentication: Authenticate,
    private readonly charges: Charges,
    private readonly limits: RequestLimits,
  ) {}

  /** @throws {UsersError} users.credentials_wrong @throws {ProblemError} RateLimitExceeded @throws {Unavailable} */
  async execute(
    request: Request,
    response: Response,
    { email, password }: BasicCredentials,
    budget: 'activation' | 'resend',
  ): Promise<UserWithHash> {
    const user = await this.authentication
      .execute(email, password, currentRequest().gone)
      .catch((error: unknown) => {
        // Nobody can tell whether the password was wrong when it was not looked at.
        if (!(error instanceof UsersError)) this.limits.giveBack('credentials');
        throw error;
      });
    await this.spend(request, response, budget);
    return user;
  }

  /** A stronger hash to be kept with the activation, where the stored one has become too weak. */
  renewedHash(user: UserWithHash, { password }: BasicCredentials): Promise<string | undefined> {
    return this.authentication.renewedHash(user, password);
  }

  private async spend(request: Request, response: Response, budget: 'activation' | 'resend'): Promise<void> {
    const key = this.charges.keyFor(budget, request);
    if (key === null) return;
    const refund = this.limits.refundOf('credentials');
    await this.limits.settle(response, [...refund, this.charges.charge(budget, key, 'spend')]);
  }
}
