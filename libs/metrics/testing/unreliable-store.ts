import { InProcessMetricsStore } from '../adapters/in-process-metrics-store';
import type { Batch, MetricsStore } from '../domain/metrics-store';
import type { Tally } from '../domain/tally';

/** A store that can be away, or take what it is sent and lose the answer. */
export class UnreliableStore implements MetricsStore {
  state: 'well' | 'away' | 'answers are lost' = 'well';
  readonly received: Batch[] = [];
  private readonly store = new InProcessMetricsStore();

  async add(batch: Batch): Promise<void> {
    if (this.state === 'away') throw new Error('away');
    this.received.push(batch);
    await this.store.add(batch);
    if (this.state === 'answers are lost') throw new Error('no answer in time');
  }

  async read(): Promise<Tally> {
    if (this.state !== 'well') throw new Error('away');
    return await this.store.read();
  }
}
