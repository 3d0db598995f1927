import { AggregatorRegistry, type Registry } from 'prom-client';

/** What a process shows of itself: prom-client's JSON, a metric each. It can be sent to another process. */
export type Exposition = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** Of prom-client's types: what only ever grows. */
const COUNTED = ['counter', 'histogram'];

/**
 * Adds up what the processes behind one port show, each metric as its `aggregator` says. What those counted that have
 * gone stays in the sum: a counter that fell back would be taken for a restart, and be counted again.
 */
export class MergedScrape {
  private readonly living = new Map<number, Exposition>();
  private gone: Exposition = [];
  private burials: Promise<void> = Promise.resolve();

  /** The latest that a process shows takes the place of what it showed before. */
  show(process: number, exposition: Exposition): void {
    this.living.set(process, exposition);
  }

  /** The process has ended: its gauges go with it, what it counted stays. */
  bury(process: number): void {
    this.burials = this.burials.then(async () => {
      const last = this.living.get(process) ?? [];
      const counted = last.filter(({ type }) => COUNTED.includes(String(type)));
      this.gone = await AggregatorRegistry.aggregate([this.gone, counted]).getMetricsAsJSON();
      this.living.delete(process);
    });
  }

  /** Prometheus's text format, version 0.0.4. */
  async text(): Promise<string> {
    await this.burials;
    return await AggregatorRegistry.aggregate([this.gone, ...this.living.values()]).metrics();
  }
}
