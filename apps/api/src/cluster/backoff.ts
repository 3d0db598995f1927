/** A process that lived this long, in milliseconds, did not die of its start. */
const SETTLED_AFTER_MS = 10_000;
const FIRST_MS = 250;
/** Longest wait after processes that had answered, and after processes that never did. */
const LONGEST_ANSWERED_MS = 1_000;
const LONGEST_MS = 30_000;

/**
 * How long to wait before a dead process is replaced: not at all, unless they keep dying young. Those that never answered
 * are counted for themselves: one that was killed while it started does not wait for the many that had answered.
 */
export class Backoff {
  private early = 0;
  private failedStarts = 0;

  /**
   * Milliseconds to wait now that one has died.
   * @param answered it had come to answer requests: something ended it, and its start was not what
   */
  after(ageMs: number, answered: boolean): number {
    if (!answered) {
      this.failedStarts += 1;
      return Math.min(FIRST_MS * 2 ** (this.failedStarts - 1), LONGEST_MS);
    }
    this.failedStarts = 0;
    this.early = ageMs >= SETTLED_AFTER_MS ? 0 : this.early + 1;
    return this.early === 0 ? 0 : Math.min(FIRST_MS * 2 ** (this.early - 1), LONGEST_ANSWERED_MS);
  }
}
