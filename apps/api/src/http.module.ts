import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { ScrapeController } from '@app/metrics';
import { ProbesController, type Environment } from '@app/runtime';
import { UsersModule } from '@app/users';
import { RateLimitModule } from '@app/rate-limit';
import { AdmissionGuard, RefusalGuard } from './users/admission';
import { FitPasswordConstraint } from './users/dto/is-fit-password';
import { HealthController } from './health/health.controller';
import { MetricsController } from './metrics/metrics.controller';
import { Observers } from './metrics/observers';
import { IndexController } from './docs/index.controller';
import { ProblemFilter } from './problem/problem.filter';
import { Charges } from './rate-limit/charges';
import { LimitedAuthentication } from './rate-limit/limited-authentication';
import { ProxyHint } from './rate-limit/proxy-hint';
import { RateLimitGuard } from './rate-limit/rate-limit.guard';
import { RequestLimits } from './rate-limit/request-limits';
import { UsersController } from './users/users.controller';

@Module({})
export class HttpModule {
  static forApp(environment: Environment): DynamicModule {
    return {
      module: HttpModule,
      imports: [UsersModule.forApp(environment), RateLimitModule.forApp(environment)],
      controllers: [
        IndexController,
        UsersController,
        HealthController,
        ProbesController,
        MetricsController,
        ScrapeController,
      ],
      providers: [
        ProblemFilter,
        Observers,
        FitPasswordConstraint,
        Charges,
        ProxyHint,
        RequestLimits,
        LimitedAuthentication,
        { provide: APP_FILTER, useExisting: ProblemFilter },
        // In this order: examine, settle the limits, turn away.
        { provide: APP_GUARD, useClass: AdmissionGuard },
        { provide: APP_GUARD, useClass: RateLimitGuard },
        { provide: APP_GUARD, useClass: RefusalGuard },
      ],
    };
  }
}
