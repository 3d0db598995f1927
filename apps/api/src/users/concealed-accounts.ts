import { Inject, Injectable } from '@nestjs/common';
import { ActivateAccount, ActivationError, IssueNewCode, type Activated } from '@app/activation';
import type { Locale } from '@app/mail';
import { Logger } from '@app/runtime';
import { UsersError, type UserWithHash } from '@app/users';
import type { BasicCredentials } from '../server/basic-credentials';
import { attemptsOf, LimitedAuthentication } from './limited-authentication';
import { EXACT } from '../problem/errors';
import { ProblemError } from '../problem/problem-error';
import { RequestLimits } from '../rate-limit/request-limits';
import { currentRequest } from '../server/request-context';

/**
 * Requests after a registration in concealed mode. A stranger's own registration of a free address and the pretended
 * one of a taken address get the same responses. So every failure costs one full comparison, keeps what the guard has
 * spent, and is answered without waiting for anything that only a right password causes.
 */
@Injectable()
export class ConcealedAccounts {
  constructor(
    private readonly authentication: LimitedAuthentication,
    private readonly activation: ActivateAccount,
    private readonly newCode: IssueNewCode,
    private readonly limits: RequestLimits,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  /** @throws {ProblemError} InvalidCredentials for every kind of failure @throws {Unavailable} */
  async activateAccount(
    credentials: BasicCredentials,
    code: string,
    requestDigest: Buffer | null,
  ): Promise<Activated & { user: UserWithHash }> {
    const user = await this.findUser(credentials);
    if (user === null) throw refusal();
    if (!this.activation.canSucceed({ account: user, code })) {
      this.afterResponse(() => this.redeem(user, code, requestDigest));
      throw refusal();
    }
    try {
      const activation = await this.redeem(user, code, requestDigest);
      if (activation === null) throw refusal();
      this.limits.refundCredentials();
      return { user, ...activation };
    } catch (error) {
      throw error instanceof ActivationError ? refusal() : error;
    }
  }

  /**
   * Sends a new code if the password is right and the limits allow it, without revealing whether it did. @throws
   * {Unavailable}
   */
  async issueNewCode(
    credentials: BasicCredentials,
    locale: Locale,
    requestDigest: Buffer | null,
  ): Promise<void> {
    const user = await this.findUser(credentials);
    if (user !== null) this.afterResponse(() => this.replaceCode(user, locale, requestDigest));
  }

  private findUser(credentials: BasicCredentials): Promise<UserWithHash | null> {
    return this.authentication.check(credentials, true).catch((error: unknown) => {
      if (error instanceof UsersError) return null;
      throw error;
    });
  }

  /** Null if the account's own limit is exceeded: the code is then not tried. */
  private async redeem(
    user: UserWithHash,
    code: string,
    requestDigest: Buffer | null,
  ): Promise<Activated | null> {
    if (!(await this.limits.spendUnseen('activation', attemptsOf(user)))) return null;
    return await this.activation.activateAccount({
      account: user,
      code,
      requestId: currentRequest().requestId,
      requestDigest,
    });
  }

  private async replaceCode(user: UserWithHash, locale: Locale, requestDigest: Buffer | null): Promise<void> {
    const allowed = await this.limits.spendUnseen('resend', user.id);
    if (!allowed && user.code?.resendsEarly !== true) return;
    const { requestId } = currentRequest();
    await this.newCode.issueNewCode({ account: user, locale, requestId, early: !allowed, requestDigest });
  }

  /**
   * Starts in a later turn of the event loop, when the response has been written: work that begins before it takes
   * measurably longer. A wrong code or an activated account is no fault here. An outage is, but the response must not
   * reveal it.
   */
  private afterResponse(work: () => Promise<unknown>): void {
    setImmediate(() => {
      work().catch((error: unknown) => {
        if (error instanceof ActivationError) return;
        this.logger.warn({ error }, 'A background step of a concealed response failed');
      });
    });
  }
}

const refusal = (): ProblemError => new ProblemError('InvalidCredentials', { hint: EXACT.concealedHint });
