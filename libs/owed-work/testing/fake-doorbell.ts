import type { Doorbell } from '../domain/doorbell';

/** Counts its rings. */
export class FakeDoorbell implements Doorbell {
  rings = 0;

  ring(): void {
    this.rings += 1;
  }
}
