import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { ProbesController, type Environment } from '@app/runtime';
import { UsersModule } from '@app/users';
import { AdmissionGuard, RefusalGuard } from './admission';
import { FitPasswordConstraint } from './dto/is-fit-password';
import { HealthController } from './health/health.controller';

import { IndexController } from './index.controller';
import { ProblemFilter } from './problem/problem.filter';
import { UsersController } from './users.controller';

@Module({})
export class HttpModule {
  static forApp(environment: Environment): DynamicModule {
    return {
      module: HttpModule,
      imports: [TerminusModule.forRoot({ logger: false }), UsersModule.forApp(environment)],
      controllers: [IndexController, UsersController, HealthController, ProbesController],
      providers: [
        ProblemFilter,
        FitPasswordConstraint,
        { provide: APP_FILTER, useExisting: ProblemFilter },
        // In this order: examine, settle the limits, turn away.
        { provide: APP_GUARD, useClass: AdmissionGuard },
        { provide: APP_GUARD, useClass: RefusalGuard },
      ],
    };
  }
}
