import { Body, Controller, Inject, Post, Req, UseInterceptors } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Throttle } from '@nestjs/throttler';
import type { Request } from 'express';
import { ReaderLocale } from '@app/mail';
import { Instruments } from '@app/metrics';
import { Environment } from '@app/runtime';
import { Register } from '@app/users';
import { ApiProblems, BODY_PROBLEMS } from '../docs/api-problems';
import { ApiIdempotencyKey, IdempotencyKey, markReplayed } from './idempotency-key';
import { JsonBodyInterceptor } from './json-body.interceptor';
import { Activation, RegisterBody, RegisteredUser } from './dto/users.dto';
import { currentRequest } from '../server/request-context';

@ApiTags('Accounts')
@Controller('api/v1/users')
export class UsersController {
  constructor(
    private readonly registration: Register,
    private readonly readerLocale: ReaderLocale,
    @Inject(Instruments) private readonly instruments: Instruments,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  @Post('register')
  @Throttle({ client: {}, network: {}, global: {}, registration: {} })
  @UseInterceptors(JsonBodyInterceptor)
  @ApiOperation({ summary: 'Register an account', security: [] })
  @ApiIdempotencyKey()
  @ApiResponse({
    status: 201,
    type: RegisteredUser,
    description: 'Registered; the mail with the code is on its way.',
  })
  @ApiProblems('ValidationError', 'UserAlreadyExists', 'RateLimitExceeded', ...BODY_PROBLEMS)
  async register(
    @Body() body: RegisterBody,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Req() request: Request,
  ): Promise<RegisteredUser> {
    const user = await this.registration.registerAccount({
      email: body.email,
      password: body.password,
      locale: this.readerLocale.of(request.headers['accept-language']),
      requestId: currentRequest().requestId,
      gone: currentRequest().gone,
      client: currentRequest().clientDigest,
      idempotencyKey,
    });
    // A pretended registration counts like a real one: metrics must not reveal what the response conceals.
    if (user.replayed) markReplayed();
    else this.instruments.registered();
    return {
      id: user.id,
      email: user.email,
      is_activated: false,
      created_at: user.createdAt.toISOString(),
      activation: Activation.ofRegistration(user, this.environment),
      message: 'Registered. A mail with the activation code is on its way.',
    };
  }
}
