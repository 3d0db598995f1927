import { AggregatorRegistry, type Registry } from 'prom-client';

/** The metrics of a process as prom-client's JSON, which can be sent to another process. */
export type Exposition = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** The prom-client types that only increase. */
const COUNTED = ['counter', 'histogram'];

/**
 * Combines the metrics of the processes behind one port, each metric as its `aggregator` says. Counts of ended
 * processes stay in the sum: a decreasing counter would look like a restart and be counted again.
 */
export class MergedScrape {
  private readonly living = new Map<number, Exposition>();
  private gone: Exposition = [];
  private endings: Promise<void> = Promise.resolve();

  /** The latest metrics of a process replace its previous ones. */
  show(process: number, exposition: Exposition): void {
    this.living.set(process, exposition);
  }

  /** The process has ended: its gauges are dropped, its counts stay. */
  end(process: number): void {
    this.endings = this.endings.then(async () => {
      const last = this.living.get(process) ?? [];
      const counted = last.filter(({ type }) => COUNTED.includes(String(type)));
      this.gone = await AggregatorRegistry.aggregate([this.gone, counted]).getMetricsAsJSON();
      this.living.delete(process);
    });
  }

  /** Prometheus's text format, version 0.0.4. */
  async text(): Promise<string> {
    await this.endings;
    return await AggregatorRegistry.aggregate([this.gone, ...this.living.values()]).metrics();
  }
}
