import { collectDefaultMetrics, type Registry } from 'prom-client';
import type { Exposition } from './merged-scrape';

/**
 * What a scraper gets: this process's own metrics or, where several share a port, those of all of them. Bound to null
 * when `ENABLE_METRICS=false`.
 */
export class PrometheusScrape {
  private readAll: () => Promise<string>;

  constructor(private readonly registry: Registry) {
    collectDefaultMetrics({ register: registry });
    this.readAll = () => registry.metrics();
  }

  /** Of the text format, version 0.0.4. */
  get contentType(): string {
    return this.registry.contentType;
  }

  /** From now on a scrape of this process shows what that resolves to. */
  readThrough(readAll: () => Promise<string>): void {
    this.readAll = readAll;
  }

  /** What this process has to add. */
  own(): Promise<Exposition> {
    return this.registry.getMetricsAsJSON();
  }

  /** Resolves within two seconds or so, whatever is unavailable: what cannot be told is left out. */
  text(): Promise<string> {
    return this.readAll();
  }
}
