/** A process that lived this long, in milliseconds, did not fail at startup. */
const SETTLED_AFTER_MS = 10_000;
const FIRST_MS = 250;
/** Maximum wait: after processes that had answered, and after processes that never did. */
const LONGEST_ANSWERED_MS = 1_000;
const LONGEST_MS = 30_000;

/**
 * Decides how long to wait before a dead process is replaced: not at all, unless processes keep dying early. Processes
 * that never answered are counted separately, so that one killed during startup does not wait because of the many that
 * had answered.
 */
export class RestartDelay {
  private early = 0;
  private failedStarts = 0;

  /**
   * Milliseconds to wait after a process has died.
   * @param answered whether the process had answered requests, so that its startup is not the cause
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
