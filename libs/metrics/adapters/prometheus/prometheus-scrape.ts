import { collectDefaultMetrics, type Registry } from 'prom-client';

/**
 * What a scraper of this process gets. Bound to null when `ENABLE_METRICS=false`.
 *
 * With several api processes behind one port (`WEB_CONCURRENCY`) a scrape reaches one of them, a different one each
 * time, and counters seem to jump back. Two ways to add them up, both without a change to the instruments: let the
 * primary serve the sum (`AggregatorRegistry.setRegistries(registry)` in every process, `clusterMetrics()` in the
 * primary; each metric names its `aggregator`), or give every process a metrics port of its own and scrape them all.
 * One process a container, several replicas, needs neither. The JSON report adds up all processes in any case.
 */
export class PrometheusScrape {
  constructor(readonly registry: Registry) {
    collectDefaultMetrics({ register: registry });
  }

  /** Of the text format, version 0.0.4. */
  get contentType(): string {
    return this.registry.contentType;
  }

  /** Resolves within a second or so, whatever is away: what cannot be told is left out. */
  text(): Promise<string> {
    return this.registry.metrics();
  }
}
