import { createHmac, randomBytes } from 'node:crypto';

/** About 2 MB. The oldest entry is dropped. */
const ENTRIES_MAX = 10_000;

/**
 * Remembers right passwords for a while, in this process only. It stores an HMAC of the stored hash and the password,
 * under a key that never leaves the process, so a changed hash invalidates it.
 */
export class PasswordMemory {
  private readonly key = randomBytes(32);
  /** Expiry of each entry by `performance.now()`, in milliseconds, in the order of insertion. */
  private readonly until = new Map<string, number>();

  /** @param seconds 0: nothing is remembered */
  constructor(
    private readonly seconds: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  remember(password: string, hash: string): void {
    if (this.seconds === 0) return;
    const name = this.nameOf(password, hash);
    this.until.delete(name);
    this.until.set(name, this.now() + this.seconds * 1_000);
    const [oldest] = this.until.keys();
    if (this.until.size > ENTRIES_MAX && oldest !== undefined) this.until.delete(oldest);
  }

  remembers(password: string, hash: string): boolean {
    if (this.seconds === 0) return false;
    const name = this.nameOf(password, hash);
    const until = this.until.get(name);
    if (until === undefined || until > this.now()) return until !== undefined;
    this.until.delete(name);
    return false;
  }

  private nameOf(password: string, hash: string): string {
    // A hash contains no NUL, so different pairs are different texts.
    return createHmac('sha256', this.key).update(`${hash}\0${password}`).digest('base64');
  }
}
