import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { ThrottlerModule } from '@nestjs/throttler';
import { EventsModule } from '@app/events';
import { MetricsModule, ScrapeController } from '@app/metrics';
import { OwedWorkModule } from '@app/owed-work';
import { RateLimitModule, SlidingWindowStorage } from '@app/rate-limit';
import { Environment } from '@app/runtime';
import { ProbesController, RuntimeModule } from '@app/runtime/server';
import { UsersModule } from '@app/users';
import { IndexController } from './docs/index.controller';
import { EventArrivals } from './events/event-arrivals';
import { EventsController } from './events/events.controller';
import { HealthController } from './health/health.controller';
import { SmtpIndicator } from './health/smtp.indicator';
import { MetricsController } from './metrics/metrics.controller';
import { Observers } from './metrics/observers';
import { ProblemFilter } from './problem/problem.filter';
import { ProblemsController } from './problem/problems.controller';
import { UnreadableRequests } from './problem/unreadable';
import { ProxyHint, RateLimitGuard, RefundInterceptor } from './rate-limit/rate-limit.guard';
import { RequestLimits } from './rate-limit/request-limits';
import { throttlerOptions } from './rate-limit/throttlers';
import { ActivationController } from './users/activation.controller';
import { StrictValidationPipe } from './users/strict-validation.pipe';
import { ConcealedAccounts } from './users/concealed-accounts';
import { LimitedAuthentication } from './users/limited-authentication';
import { MeController } from './users/me.controller';
import { UsersController } from './users/users.controller';

/** The guards, interceptors and providers that all routes share, and the providers of the account routes. */
export const ROUTE_PROVIDERS: Provider[] = [
  ProblemFilter,
  ProxyHint,
  RequestLimits,
  ConcealedAccounts,
  LimitedAuthentication,
  { provide: APP_FILTER, useExisting: ProblemFilter },
  // A request passes these in this order; the filter handles errors last.
  { provide: APP_GUARD, useClass: RateLimitGuard },
  { provide: APP_INTERCEPTOR, useClass: RefundInterceptor },
  { provide: APP_PIPE, useClass: StrictValidationPipe },
];

/** The composition root of the api: every module, and everything that applies to all routes. */
@Module({})
export class AppModule {
  static forEnvironment(environment: Environment): DynamicModule {
    return {
      module: AppModule,
      imports: [
        RuntimeModule.forRoot('api', environment),
        MetricsModule,
        OwedWorkModule.forRoot(environment),
        UsersModule,
        EventsModule,
        RateLimitModule,
        ThrottlerModule.forRootAsync({
          imports: [RateLimitModule],
          inject: [Environment, SlidingWindowStorage],
          useFactory: throttlerOptions,
        }),
      ],
      controllers: [
        IndexController,
        ProblemsController,
        UsersController,
        ActivationController,
        EventsController,
        MeController,
        HealthController,
        ProbesController,
        MetricsController,
        ScrapeController,
      ],
      providers: [EventArrivals, Observers, SmtpIndicator, UnreadableRequests, ...ROUTE_PROVIDERS],
    };
  }
}
