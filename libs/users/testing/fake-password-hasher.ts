import { Unavailable } from '@app/runtime';
import { isHashable } from '../domain/password';
import type { PasswordHasher } from '../domain/password-hasher';

/** Hashes that anybody can read, made at once. */
export class FakePasswordHasher implements PasswordHasher {
  /** Passwords hashed and compared so far. */
  hashed = 0;
  compared = 0;
  /** Whether the line is full. */
  full = false;
  private salt = 0;

  constructor(private readonly cost = 4) {}

  async hash(password: string, gone?: AbortSignal): Promise<string> {
    this.admit(gone);
    this.hashed += 1;
    this.salt += 1;
    return `${this.cost}$${this.salt}$${password}`;
  }

  async matches(
    _address: string,
    password: string,
    hash: string | null,
    gone?: AbortSignal,
  ): Promise<boolean> {
    this.admit(gone);
    this.compared += 1;
    return hash !== null && isHashable(password) && hash.replace(/^\d+\$\d+\$/, '') === password;
  }

  isOutdated(hash: string): boolean {
    return Number.parseInt(hash, 10) < this.cost;
  }

  private admit(gone?: AbortSignal): void {
    if (this.full) throw new Unavailable('hashing', 'at capacity');
    if (gone?.aborted) throw new Unavailable('hashing', 'the client has left');
  }
}
