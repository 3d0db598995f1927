import { InProcessMetricsStore } from '../adapters/in-process-metrics-store';
import type { MetricsStore } from '../domain/metrics-store';
import type { RollingTally, Tally } from '../domain/tally';

/** A store that can be unavailable, or store data and lose the reply. */
export class UnreliableStore implements MetricsStore {
  state: 'well' | 'away' | 'answers are lost' = 'well';
  received = 0;
  private readonly store = new InProcessMetricsStore();

  async publish(own: RollingTally): Promise<void> {
    if (this.state === 'away') throw new Error('away');
    this.received += 1;
    await this.store.publish(own);
    if (this.state === 'answers are lost') throw new Error('no answer in time');
  }

  async read(): Promise<Tally> {
    if (this.state !== 'well') throw new Error('away');
    return await this.store.read();
  }
}
