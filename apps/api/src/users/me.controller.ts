import { Controller, Delete, Get, HttpCode, HttpStatus, Inject } from '@nestjs/common';
import { ApiExtraModels, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Throttle } from '@nestjs/throttler';
import { Environment } from '@app/runtime';
import { EraseOwnAccount } from '@app/users';
import { ApiProblems } from '../docs/api-problems';
import { ProblemError } from '../problem/problem-error';
import { RequestLimits } from '../rate-limit/request-limits';
import { currentRequest } from '../server/request-context';
import { BasicAuth, Credentials } from './basic-auth';
import type { BasicCredentials } from '../server/basic-credentials';
import { Account, Activation } from './dto/users.dto';
import { LimitedAuthentication } from './limited-authentication';

@ApiTags('Accounts')
@ApiExtraModels(Activation)
@Controller('api/v1/users/me')
export class MeController {
  private readonly conceals: boolean;

  constructor(
    private readonly authentication: LimitedAuthentication,
    private readonly erasure: EraseOwnAccount,
    private readonly limits: RequestLimits,
    @Inject(Environment) private readonly environment: Environment,
  ) {
    this.conceals = environment.CONCEAL_REGISTERED_EMAILS;
  }

  @Get()
  @Throttle({ client: {}, network: {}, global: {}, credentials: {}, credentials_client: {} })
  @BasicAuth()
  @ApiOperation({
    summary: 'Show the authenticated account',
    description:
      'For a backend that checks a sign-in. A right password does not count against the password limits.',
  })
  @ApiResponse({ status: 200, type: Account, description: 'The password is right.' })
  @ApiProblems('InvalidCredentials', 'RateLimitExceeded')
  async getOwnAccount(@Credentials() credentials: BasicCredentials): Promise<Account> {
    const user = await this.authentication.identify(credentials, this.conceals);
    return {
      id: user.id,
      email: user.email,
      is_activated: user.activatedAt !== null,
      created_at: user.createdAt.toISOString(),
      activated_at: user.activatedAt?.toISOString() ?? null,
      activation: user.code === null ? null : Activation.of(user.code, this.environment),
    };
  }

  @Delete()
  @Throttle({ client: {}, network: {}, global: {}, credentials: {}, credentials_client: {} })
  @HttpCode(HttpStatus.NO_CONTENT)
  @BasicAuth()
  @ApiOperation({
    summary: 'Delete the authenticated account',
    description:
      'Deletes everything except a keyed digest in the erasure log. Requires ENABLE_SELF_DELETION=true.',
  })
  @ApiResponse({ status: 204, description: 'Deleted.' })
  @ApiProblems('InvalidCredentials', 'NotFound', 'RateLimitExceeded')
  async deleteOwnAccount(@Credentials() credentials: BasicCredentials): Promise<void> {
    if (!this.environment.ENABLE_SELF_DELETION) {
      this.limits.refundCredentials();
      throw new ProblemError('NotFound');
    }
    const user = await this.authentication.identify(credentials, this.conceals);
    await this.erasure.eraseOwnAccount(user, currentRequest().requestId);
  }
}
