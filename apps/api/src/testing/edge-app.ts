import { randomUUID } from 'node:crypto';
import { Global, Module, type DynamicModule, type Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { ThrottlerModule } from '@nestjs/throttler';
import request from 'supertest';
import { ActivateAccount, IssueNewCode, RequestDigester, type CurrentCode } from '@app/activation';
import { Instruments, SILENT_INSTRUMENTS } from '@app/metrics';
import { ReaderLocale, SHIPPED_LOCALES } from '@app/mail';
import { RateLimitModule, SlidingWindowStorage } from '@app/rate-limit';
import { createLogger, Environment, Logger, parseEnvironment, Redis } from '@app/runtime';
import {
  Authenticate,
  EraseOwnAccount,
  parseEmailAddress,
  PasswordRules,
  Register,
  UsersError,
  type Registered,
  type User,
} from '@app/users';
import { ROUTE_PROVIDERS } from '../app.module';
import type { Problem } from '../problem/problem';
import { throttlerOptions } from '../rate-limit/throttlers';
import { openRequestContext } from '../server/request-context';
import { ActivationController } from '../users/activation.controller';
import { UsersController } from '../users/users.controller';

export const PASSWORD = 'SecurePass123';

@Global()
@Module({})
class RuntimeInMemory {
  static with(environment: Environment): DynamicModule {
    const providers = [
      { provide: Environment, useValue: environment },
      { provide: Logger, useValue: createLogger({ level: 'silent', app: 'test' }) },
      { provide: Redis, useValue: null },
      { provide: Instruments, useValue: SILENT_INSTRUMENTS },
    ];
    return { module: RuntimeInMemory, providers, exports: providers };
  }
}

const CODE: CurrentCode = {
  ...{ mailId: randomUUID(), digits: 4, keyId: null, state: 'owed', expiresAt: null },
  ...{ resends: 1, wrongTries: 0, resendAllowedAt: new Date(0), resendsEarly: false, replaced: null },
};

/** Use cases that store nothing: every registration succeeds, and `PASSWORD` is everyone's password. */
const USE_CASES = [
  { provide: PasswordRules, useValue: { minLength: 8, blocklist: new Set(['password123']) } },
  { provide: Register, useValue: { registerAccount: ({ email }: { email: string }) => registeredOf(email) } },
  {
    provide: Authenticate,
    useValue: {
      authenticate: ({ email, password }: { email: string; password: string }) =>
        password === PASSWORD ? userOf(email) : Promise.reject(new UsersError('users.credentials_wrong')),
    },
  },
  {
    provide: ActivateAccount,
    useValue: { activateAccount: () => Promise.resolve({ activatedAt: new Date(0), replayed: false }) },
  },
  {
    provide: IssueNewCode,
    useValue: { issueNewCode: () => Promise.resolve({ code: CODE, replayed: false }) },
  },
  { provide: RequestDigester, useValue: new RequestDigester('x'.repeat(32)) },
  { provide: EraseOwnAccount, useValue: { eraseOwnAccount: () => Promise.resolve() } },
];

const registeredOf = async (email: string): Promise<Registered> => {
  const { id, email: address, createdAt } = await userOf(email);
  return { id, email: address, createdAt, codeDigits: 4, replayed: false };
};

const userOf = (email: string): Promise<User> =>
  Promise.resolve({
    id: randomUUID(),
    email: parseEmailAddress(email),
    createdAt: new Date(0),
    activatedAt: null,
    code: null,
  });

export interface EdgeApp {
  readonly app: NestExpressApplication;
  readonly http: ReturnType<typeof request>;
}

/** The api's routes with guards, interceptors, pipes and filter as in production, and with fake use cases. */
export async function startEdge(
  env: NodeJS.ProcessEnv = {},
  controllers: Type<unknown>[] = [UsersController, ActivationController],
): Promise<EdgeApp> {
  const environment = parseEnvironment(env);
  const module = await Test.createTestingModule({
    imports: [
      RuntimeInMemory.with(environment),
      RateLimitModule,
      ThrottlerModule.forRootAsync({
        imports: [RateLimitModule],
        inject: [Environment, SlidingWindowStorage],
        useFactory: throttlerOptions,
      }),
    ],
    controllers,
    providers: [
      ...ROUTE_PROVIDERS,
      ...USE_CASES,
      { provide: ReaderLocale, useValue: new ReaderLocale(SHIPPED_LOCALES) },
    ],
  }).compile();
  const app = module.createNestApplication<NestExpressApplication>({ logger: false, bodyParser: false });
  app.set('trust proxy', true);
  app.use(openRequestContext(environment.SECRET_KEY));
  await app.listen(0, '127.0.0.1');
  return { app, http: request(await app.getUrl()) };
}

/** Headers of a separate client. */
export const from = (address: string): Record<string, string> => ({ 'X-Forwarded-For': address });

export const problemOf = (answer: { body: unknown }): Problem => answer.body as Problem;
