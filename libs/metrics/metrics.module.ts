import {
  Global,
  Inject,
  Module,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Environment, Logger, Redis } from '@app/runtime';
import { Registry } from 'prom-client';
import { InProcessMetricsStore } from './adapters/in-process-metrics-store';
import { PrometheusInstruments } from './adapters/prometheus/prometheus-instruments';
import { PrometheusScrape } from './scrape/prometheus-scrape';
import { RedisMetricsStore } from './adapters/redis-metrics-store';
import { Flusher } from './use-cases/flusher';
import { Instruments, SILENT_INSTRUMENTS } from './domain/instruments';
import { MetricsRecorder, SILENT_RECORDER, TallyRecorder } from './domain/metrics-recorder';
import { MetricsReporter } from './use-cases/metrics-reporter';
import { MetricsStore } from './domain/metrics-store';
import { RollingTally } from './domain/tally';

/** Null when `ENABLE_METRICS=false`. */
const orNull =
  <Ports extends unknown[], T>(make: (...ports: Ports) => T) =>
  ({ ENABLE_METRICS: enabled }: Environment, ...ports: Ports): T | null =>
    enabled ? make(...ports) : null;

/**
 * MetricsStore → Redis, or this process in one-node mode; Instruments → Prometheus. With `ENABLE_METRICS=false`,
 * recorder and instruments do nothing, and MetricsReporter and PrometheusScrape are null. Imported once, by the root
 * module of an app.
 */
@Global()
@Module({
  providers: [
    { provide: Registry, useFactory: () => new Registry() },
    { provide: RollingTally, useFactory: () => new RollingTally() },
    {
      provide: PrometheusScrape,
      inject: [Environment, Registry],
      useFactory: orNull((registry: Registry) => new PrometheusScrape(registry)),
    },
    {
      provide: Instruments,
      inject: [Environment, Registry],
      useFactory: (environment: Environment, registry: Registry) =>
        environment.ENABLE_METRICS ? new PrometheusInstruments(registry) : SILENT_INSTRUMENTS,
    },
    {
      provide: MetricsRecorder,
      inject: [Environment, RollingTally, Instruments],
      useFactory: (environment: Environment, own: RollingTally, instruments: Instruments) =>
        environment.ENABLE_METRICS ? new TallyRecorder(own, instruments) : SILENT_RECORDER,
    },
    {
      provide: MetricsStore,
      inject: [Redis],
      useFactory: (redis: Redis | null) =>
        redis === null ? new InProcessMetricsStore() : new RedisMetricsStore(redis),
    },
    {
      provide: Flusher,
      inject: [Environment, RollingTally, MetricsStore, Instruments, Logger],
      useFactory: orNull(createFlusher),
    },
    {
      provide: MetricsReporter,
      inject: [Environment, MetricsStore, Flusher],
      useFactory: orNull((store: MetricsStore, flusher: Flusher) => new MetricsReporter(store, flusher)),
    },
  ],
  exports: [Instruments, MetricsRecorder, MetricsReporter, PrometheusScrape],
})
export class MetricsModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(@Inject(Flusher) private readonly flusher: Flusher | null) {}

  onApplicationBootstrap(): void {
    this.flusher?.start();
  }

  /** After the last request, and before RuntimeModule closes Redis in `onApplicationShutdown`. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.flusher?.stop();
  }
}

function createFlusher(
  own: RollingTally,
  store: MetricsStore,
  instruments: Instruments,
  logger: Logger,
): Flusher {
  return new Flusher(own, store, {
    failed: (error, first) => {
      instruments.metricsFlushFailed();
      if (first) logger.warn({ error }, 'Flushing metrics failed; counting continues');
    },
    recovered: () => logger.info('Flushing metrics has recovered'),
  });
}
