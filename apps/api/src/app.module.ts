import { Module, type DynamicModule } from '@nestjs/common';
import { MetricsModule } from '@app/metrics';
import { RuntimeModule, type Environment } from '@app/runtime';
import { HttpModule } from './http.module';

/** The composition root of the api: what it is made of, and nothing that it does. */
@Module({})
export class AppModule {
  static forEnvironment(environment: Environment): DynamicModule {
    return {
      module: AppModule,
      imports: [RuntimeModule.forRoot('api', environment), MetricsModule, HttpModule.forApp(environment)],
    };
  }
}
