import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { createLogger, Environment, Logger, parseEnvironment, Redis } from '@app/runtime';
import { PrometheusScrape } from './scrape/prometheus-scrape';
import { Instruments } from './domain/instruments';
import { MetricsReporter } from './metrics-reporter';
import { MetricsModule } from './metrics.module';

@Global()
@Module({})
class OneNode {
  static with(environment: Environment): DynamicModule {
    const providers = [
      { provide: Environment, useValue: environment },
      { provide: Redis, useFactory: () => null },
      { provide: Logger, useFactory: () => createLogger({ level: 'silent', app: 'test' }) },
    ];
    return { module: OneNode, providers, exports: [Environment, Redis, Logger] };
  }
}

const start = async (given: NodeJS.ProcessEnv) => {
  const imports = [OneNode.with(parseEnvironment(given)), MetricsModule];
  const module = await Test.createTestingModule({ imports }).compile();
  return await module.init();
};

describe('MetricsModule', () => {
  it('records, reports and serves scrapes in one-node mode', async () => {
    const module = await start({});
    const instruments = module.get<Instruments>(Instruments);
    instruments.requestFinished({ method: 'GET', route: '/livez', status: 200, durationMs: 2 });
    instruments.registered();
    const report = await module.get<MetricsReporter>(MetricsReporter).report();
    expect(report).toEqual({
      request_counts: { 'GET /livez': 1 },
      status_counts: { '200': 1 },
      error_count: 0,
      business_metrics: { registrations: 1, activations: 0 },
      latencies: { 'GET /livez': { count: 1, p50: 2, p95: 2, p99: 2, min: 2, max: 2 } },
    });
    expect(await module.get<PrometheusScrape>(PrometheusScrape).text()).toContain('registrations_total 1');
    await module.close();
  });

  it('binds no recorder when metrics are off', async () => {
    const module = await start({ ENABLE_METRICS: 'false' });
    const instruments = module.get<Instruments>(Instruments);
    instruments.requestFinished({ method: 'GET', route: '/livez', status: 200, durationMs: 2 });
    instruments.activationAnswered('activated');
    instruments.requestStarted()();
    expect(module.get<MetricsReporter | null>(MetricsReporter)).toBeNull();
    expect(module.get<PrometheusScrape | null>(PrometheusScrape)).toBeNull();
    await module.close();
  });
});
