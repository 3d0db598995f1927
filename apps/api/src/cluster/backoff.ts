/** A process that lived this long, in milliseconds, did not die of its start. */
const SETTLED_AFTER_MS = 10_000;
const FIRST_MS = 250;
const LONGEST_MS = 30_000;

/** How long to wait before a dead process is replaced: not at all, unless they keep dying at once. */
export class Backoff {
  private early = 0;

  /** Milliseconds to wait now that one has died at this age. */
  after(ageMs: number): number {
    if (ageMs >= SETTLED_AFTER_MS) {
      this.early = 0;
      return 0;
    }
    this.early += 1;
    return Math.min(FIRST_MS * 2 ** (this.early - 1), LONGEST_MS);
  }
}
