import { Global, Module } from '@nestjs/common';
import { Environment, Logger, Redis } from '@app/runtime';
import { Registry } from 'prom-client';
import { InProcessMetricsStore } from './adapters/in-process-metrics-store';
import { PrometheusInstruments } from './adapters/prometheus/prometheus-instruments';
import { RedisMetricsStore } from './adapters/redis-metrics-store';
import { Instruments, SILENT_INSTRUMENTS } from './domain/instruments';
import { MetricsStore } from './domain/metrics-store';
import { RollingTally } from './domain/tally';
import { PrometheusScrape } from './scrape/prometheus-scrape';
import { MetricsReporter } from './metrics-reporter';

/**
 * MetricsStore → Redis, or this process in one-node mode; Instruments → Prometheus. With `ENABLE_METRICS=false`, the
 * instruments do nothing, and MetricsReporter and PrometheusScrape are null. Imported once, by the root module of an
 * app.
 */
@Global()
@Module({
  providers: [
    { provide: Registry, useFactory: () => new Registry() },
    { provide: RollingTally, useFactory: () => new RollingTally() },
    {
      provide: Instruments,
      inject: [Environment, Registry, RollingTally],
      useFactory: ({ ENABLE_METRICS: enabled }: Environment, registry: Registry, own: RollingTally) =>
        enabled ? new PrometheusInstruments(registry, own) : SILENT_INSTRUMENTS,
    },
    {
      provide: PrometheusScrape,
      inject: [Environment, Registry],
      useFactory: ({ ENABLE_METRICS: enabled }: Environment, registry: Registry) =>
        enabled ? new PrometheusScrape(registry) : null,
    },
    {
      provide: MetricsStore,
      inject: [Redis],
      useFactory: (redis: Redis | null) =>
        redis === null ? new InProcessMetricsStore() : new RedisMetricsStore(redis),
    },
    {
      provide: MetricsReporter,
      inject: [Environment, RollingTally, MetricsStore, Instruments, Logger],
      useFactory: (
        { ENABLE_METRICS: enabled }: Environment,
        own: RollingTally,
        store: MetricsStore,
        instruments: Instruments,
        logger: Logger,
      ) => (enabled ? new MetricsReporter(own, store, instruments, logger) : null),
    },
  ],
  exports: [Instruments, MetricsReporter, PrometheusScrape],
})
export class MetricsModule {}
