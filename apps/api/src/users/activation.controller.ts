import { Body, Controller, HttpCode, HttpStatus, Inject, Post, Req, UseInterceptors } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Throttle } from '@nestjs/throttler';
import type { Request } from 'express';
import { ActivateAccount, IssueNewCode, RequestDigester, type RepeatableRequest } from '@app/activation';
import { ReaderLocale } from '@app/mail';
import { Instruments, type ActivationResult } from '@app/metrics';
import { Environment } from '@app/runtime';
import { emailAddressOrNull } from '@app/users';
import { BasicAuth, Credentials } from './basic-auth';
import type { BasicCredentials } from '../server/basic-credentials';
import { ApiProblems, BODY_PROBLEMS } from '../docs/api-problems';
import { CONCEALED_NEW_CODE } from '../docs/as-configured';
import { ConcealedAccounts } from './concealed-accounts';
import { ApiIdempotencyKey, IdempotencyKey, markReplayed } from './idempotency-key';
import { JsonBodyInterceptor } from './json-body.interceptor';
import { LimitedAuthentication } from './limited-authentication';
import { ActivateBody, ActivatedUser, Activation, NewCodeAccepted } from './dto/users.dto';
import type { ErrorName } from '../problem/errors';
import { toProblemError } from '../problem/to-problem';
import { currentRequest } from '../server/request-context';

/** What the metrics call an activation that is refused with this error. */
const RESULT_OF: Partial<Record<ErrorName, ActivationResult>> = {
  InvalidActivationCode: 'code_wrong',
  ActivationCodeExpired: 'code_dead',
  UserAlreadyActivated: 'already_activated',
  InvalidCredentials: 'credentials_wrong',
};

@ApiTags('Accounts')
@Controller('api/v1/users')
export class ActivationController {
  constructor(
    private readonly authentication: LimitedAuthentication,
    private readonly activation: ActivateAccount,
    private readonly newCode: IssueNewCode,
    private readonly concealed: ConcealedAccounts,
    private readonly readerLocale: ReaderLocale,
    private readonly requests: RequestDigester,
    @Inject(Instruments) private readonly instruments: Instruments,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  @Post('activate')
  @Throttle({ client: {}, network: {}, global: {}, credentials: {}, credentials_client: {} })
  @HttpCode(HttpStatus.OK)
  @BasicAuth()
  @UseInterceptors(JsonBodyInterceptor)
  @ApiOperation({
    summary: 'Activate an account',
    description:
      'Redeems the emailed code. Of several concurrent requests with the right code, exactly one succeeds.',
  })
  @ApiIdempotencyKey()
  @ApiResponse({ status: 200, type: ActivatedUser, description: 'Activated.' })
  @ApiProblems(
    'ValidationError',
    'InvalidActivationCode',
    'InvalidCredentials',
    'UserAlreadyActivated',
    'ActivationCodeExpired',
    'RateLimitExceeded',
    ...BODY_PROBLEMS,
  )
  async activate(
    @Credentials() credentials: BasicCredentials,
    @Body() body: ActivateBody,
    @IdempotencyKey() key: string | undefined,
  ): Promise<ActivatedUser> {
    const code = body.activation_code;
    const digest = this.digest(key, 'activate', credentials, code);
    const activating = this.environment.CONCEAL_REGISTERED_EMAILS
      ? this.concealed.activateAccount(credentials, code, digest)
      : this.activateAccount(credentials, code, digest);
    const { user, activatedAt, replayed } = await activating.catch((error: unknown) => {
      const result = RESULT_OF[toProblemError(error).error];
      if (result !== undefined) this.instruments.activationAnswered(result);
      throw error;
    });
    if (replayed) markReplayed();
    else this.instruments.activationAnswered('activated');
    return {
      email: user.email,
      is_activated: true,
      activated_at: activatedAt.toISOString(),
      message: 'Account activated.',
    };
  }

  @Post('activation-codes')
  @Throttle({ client: {}, network: {}, global: {}, credentials: {}, credentials_client: {} })
  @HttpCode(HttpStatus.ACCEPTED)
  @BasicAuth()
  @ApiOperation({ summary: 'Request a new activation code' })
  @ApiIdempotencyKey()
  @ApiResponse({ status: 202, type: NewCodeAccepted, description: 'The new code is on its way.' })
  @ApiProblems('ValidationError', 'InvalidCredentials', 'UserAlreadyActivated', 'RateLimitExceeded')
  async issueNewCode(
    @Credentials() credentials: BasicCredentials,
    @IdempotencyKey() key: string | undefined,
    @Req() request: Request,
  ): Promise<NewCodeAccepted> {
    const locale = this.readerLocale.of(request.headers['accept-language']);
    const requestDigest = this.digest(key, 'activation-codes', credentials);
    if (this.environment.CONCEAL_REGISTERED_EMAILS) {
      await this.concealed.issueNewCode(credentials, locale, requestDigest);
      this.instruments.codeChanged('replaced');
      return {
        message: CONCEALED_NEW_CODE,
        email: emailAddressOrNull(credentials.email) ?? credentials.email,
      };
    }
    const { user, early } = await this.authentication.authenticateForNewCode(credentials, requestDigest);
    const { requestId } = currentRequest();
    const { code, replayed } = await this.newCode.issueNewCode({
      account: user,
      locale,
      requestId,
      early,
      requestDigest,
    });
    if (replayed) markReplayed();
    else this.instruments.codeChanged('replaced');
    return {
      message: 'A new activation code is on its way; the old one is no longer valid.',
      email: user.email,
      activation: Activation.of({ ...code, state: 'owed', expiresAt: null }, this.environment),
    };
  }

  private async activateAccount(credentials: BasicCredentials, code: string, requestDigest: Buffer | null) {
    const user = await this.authentication.authenticate(credentials);
    const activation = await this.activation.activateAccount({
      account: user,
      code,
      requestId: currentRequest().requestId,
      requestDigest,
    });
    return { user, ...activation };
  }

  private digest(
    key: string | undefined,
    route: RepeatableRequest['route'],
    { email, password }: BasicCredentials,
    code?: string,
  ): Buffer | null {
    if (key === undefined) return null;
    const request = { key, route, email: emailAddressOrNull(email) ?? email, password };
    return this.requests.digest(code === undefined ? request : { ...request, code });
  }
}
