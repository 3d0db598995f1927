import { createHmac, randomBytes } from 'node:crypto';

/** About 2 MB. The one that was remembered longest ago makes place. */
const ENTRIES_MAX = 10_000;

/**
 * Remembers for a while which passwords were right, in this process only. What it keeps is an HMAC under a key that
 * never leaves the process, over the stored hash and the password: a changed hash forgets by itself.
 */
export class PasswordMemory {
  private readonly key = randomBytes(32);
  /** Milliseconds of `performance.now()` until which each is remembered, in the order of remembering. */
  private readonly until = new Map<string, number>();

  /** @param seconds 0: nothing is remembered */
  constructor(
    private readonly seconds: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  remember(hash: string, password: string): void {
    if (this.seconds === 0) return;
    const name = this.nameOf(hash, password);
    this.until.delete(name);
    this.until.set(name, this.now() + this.seconds * 1_000);
    const [oldest] = this.until.keys();
    if (this.until.size > ENTRIES_MAX && oldest !== undefined) this.until.delete(oldest);
  }

  remembers(hash: string, password: string): boolean {
    if (this.seconds === 0) return false;
    const name = this.nameOf(hash, password);
    const until = this.until.get(name);
    if (until === undefined || until > this.now()) return until !== undefined;
    this.until.delete(name);
    return false;
  }

  private nameOf(hash: string, password: string): string {
    // A hash holds no NUL, so no two pairs are the same text.
    return createHmac('sha256', this.key).update(`${hash}\0${password}`).digest('base64');
  }
}
