interface Asked<T> {
  readonly answer: Promise<T>;
  /** By `performance.now()`. */
  freshUntil: number;
}

/**
 * Asks once for all who want the same answer: while the question is open and, if it is to be remembered, until so many
 * milliseconds after it was asked. A failure is not shared: each of those who waited asks in turn.
 */
export class SharedAnswers<T> {
  private readonly asked = new Map<string, Asked<T>>();

  /** @param freshMs 0: an answer is not remembered. Otherwise names must be few: each keeps its last answer. */
  constructor(private readonly freshMs = 0) {}

  async get(name: string, ask: () => Promise<T>): Promise<T> {
    for (let other = this.fresh(name); other !== undefined; other = this.fresh(name)) {
      try {
        return await other;
      } catch {
        // The next one asks.
      }
    }
    const askedAt = performance.now();
    const answer = ask().then(
      (value) => {
        if (this.freshMs === 0) this.asked.delete(name);
        else asked.freshUntil = askedAt + this.freshMs;
        return value;
      },
      (error: unknown) => {
        this.asked.delete(name);
        throw error;
      },
    );
    const asked: Asked<T> = { answer, freshUntil: Infinity };
    this.asked.set(name, asked);
    return await answer;
  }

  private fresh(name: string): Promise<T> | undefined {
    const asked = this.asked.get(name);
    return asked !== undefined && performance.now() < asked.freshUntil ? asked.answer : undefined;
  }
}
