import type { Doorbell } from '../domain/doorbell';

/** Counts how often it was rung. */
export class FakeDoorbell implements Doorbell {
  rings = 0;

  ring(): void {
    this.rings += 1;
  }
}
