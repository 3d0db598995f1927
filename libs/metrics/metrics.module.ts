import {
  Global,
  Inject,
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type OnApplicationBootstrap,
  type Provider,
} from '@nestjs/common';
import { Logger, Redis, type Environment } from '@app/runtime';
import { Registry } from 'prom-client';
import { InProcessMetricsStore } from './adapters/in-process-metrics-store';
import { PrometheusInstruments } from './adapters/prometheus/prometheus-instruments';
import { PrometheusScrape } from './adapters/prometheus/prometheus-scrape';
import { RedisMetricsStore } from './adapters/redis-metrics-store';
import { Flusher } from './domain/flusher';
import { Instruments, SILENT_INSTRUMENTS } from './domain/instruments';
import { MetricsRecorder, SILENT_RECORDER, TallyRecorder } from './domain/metrics-recorder';
import { MetricsReporter } from './domain/metrics-reporter';
import { MetricsStore } from './domain/metrics-store';

/**
 * MetricsStore → Redis, or this process in one-node mode; Instruments → Prometheus.
 * `ENABLE_METRICS=false`: recorder and instruments do nothing, MetricsReporter and PrometheusScrape are null.
 * Imported once, by an app's root.
 */
@Global()
@Module({})
export class MetricsModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(@Inject(Flusher) private readonly flusher: Flusher | null) {}

  static forApp(environment: Environment): DynamicModule {
    return {
      module: MetricsModule,
      providers: environment.ENABLE_METRICS ? recording : silent,
      exports: [Instruments, MetricsRecorder, MetricsReporter, PrometheusScrape],
    };
  }

  onApplicationBootstrap(): void {
    this.flusher?.start();
  }

  /** Once the requests are done, and before RuntimeModule closes Redis in `onApplicationShutdown`. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.flusher?.stop();
  }
}

const recording: Provider[] = [
  { provide: Registry, useFactory: () => new Registry() },
  {
    provide: PrometheusScrape,
    inject: [Registry],
    useFactory: (registry: Registry) => new PrometheusScrape(registry),
  },
  {
    provide: Instruments,
    inject: [Registry],
    useFactory: (registry: Registry) => new PrometheusInstruments(registry),
  },
  {
    provide: MetricsRecorder,
    inject: [Instruments],
    useFactory: (instruments: Instruments) => new TallyRecorder(instruments),
  },
  {
    provide: MetricsStore,
    inject: [Redis],
    useFactory: (redis: Redis | null) =>
      redis === null ? new InProcessMetricsStore() : new RedisMetricsStore(redis),
  },
  {
    provide: Flusher,
    inject: [MetricsRecorder, MetricsStore, Instruments, Logger],
    useFactory: (recorder: TallyRecorder, store: MetricsStore, instruments: Instruments, logger: Logger) =>
      new Flusher(recorder, store, {
        failed: (error, first) => {
          instruments.metricsFlushFailed();
          if (first) logger.warn({ error }, 'Metrics cannot be flushed; counting on');
        },
        recovered: () => logger.info('Metrics are flushed again'),
      }),
  },
  {
    provide: MetricsReporter,
    inject: [MetricsStore, Flusher],
    useFactory: (store: MetricsStore, flusher: Flusher) => new MetricsReporter(store, flusher),
  },
];

const silent: Provider[] = [
  { provide: Instruments, useValue: SILENT_INSTRUMENTS },
  { provide: MetricsRecorder, useValue: SILENT_RECORDER },
  { provide: Flusher, useValue: null },
  { provide: MetricsReporter, useValue: null },
  { provide: PrometheusScrape, useValue: null },
];
