import { InProcessMetricsStore } from '../adapters/in-process-metrics-store';
import type { MetricsStore } from '../domain/metrics-store';
import type { RollingTally, Tally } from '../domain/tally';

/** A store that can be unavailable, or store data and lose the reply. */
export class UnreliableStore implements MetricsStore {
  state: 'available' | 'unavailable' | 'replies are lost' = 'available';
  received = 0;
  private readonly store = new InProcessMetricsStore();

  async publish(own: RollingTally): Promise<void> {
    if (this.state === 'unavailable') throw new Error('unavailable');
    this.received += 1;
    await this.store.publish(own);
    if (this.state === 'replies are lost') throw new Error('no answer in time');
  }

  async read(): Promise<Tally> {
    if (this.state !== 'available') throw new Error('unavailable');
    return await this.store.read();
  }
}
