import { within } from '@app/runtime';

/** How long an answer is good: scrapers, however many, cost a dependency one question a second. */
const FRESH_MS = 1_000;
/** Longest wait of a scrape. */
const DEADLINE_MS = 1_000;

/** A figure that has to be asked for. One question at a time: a dependency that is frozen gets no second one. */
export class PolledAnswer<T> {
  private question: Promise<T | null> = Promise.resolve(null);
  private askedAt = -Infinity;
  private open = false;

  constructor(private readonly ask: () => Promise<T>) {}

  /** Resolves, and never rejects, to null when there is no answer in time. */
  async get(): Promise<T | null> {
    const now = performance.now();
    if (!this.open && now - this.askedAt >= FRESH_MS) {
      this.askedAt = now;
      this.open = true;
      this.question = this.answer();
    }
    return await within(this.question, DEADLINE_MS, () => new Error('no answer in time')).catch(() => null);
  }

  private async answer(): Promise<T | null> {
    try {
      return await this.ask();
    } catch {
      return null;
    } finally {
      this.open = false;
    }
  }
}
