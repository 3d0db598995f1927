import { OneAtATime } from '@app/runtime';
import { collectDefaultMetrics, type Registry } from 'prom-client';
import type { Exposition } from './merged-scrape';

/**
 * Interval at which the delay of the event loop is measured, in milliseconds: the timer of the default, 10 ms, is half of the
 * processor time of an idle process. The metrics nodejs_eventloop_lag_* contain the interval.
 */
const EVENT_LOOP_PRECISION_MS = 50;
/** Minimum time between the starts of two readings, in milliseconds. */
const SPACING_MS = 100;

/**
 * The response to a scraper: this process's metrics or, if several processes share a port, those of all of them. Null
 * when `ENABLE_METRICS=false`.
 */
export class PrometheusScrape {
  private readAll: () => Promise<string>;
  /** A scrape asks the database and lists all connections: thousands of them must not each do it, one after another. */
  private readonly reading = new OneAtATime(() => this.readAll(), SPACING_MS);

  constructor(private readonly registry: Registry) {
    collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_PRECISION_MS });
    this.readAll = () => registry.metrics();
  }

  /** From now on, a scrape of this process returns what that function resolves to. */
  readThrough(readAll: () => Promise<string>): void {
    this.readAll = readAll;
  }

  /** The metrics of this process. */
  own(): Promise<Exposition> {
    return this.registry.getMetricsAsJSON();
  }

  /** Resolves within about two seconds even during outages; unknown values are left out. */
  text(): Promise<string> {
    return this.reading.run();
  }
}
