import { Unavailable } from '@app/runtime';
import { isHashable } from '../domain/password';
import type { Comparison, PasswordHasher, Requester } from '../domain/password-hasher';

/** Readable hashes that need no work. */
export class FakePasswordHasher implements PasswordHasher {
  /** Passwords hashed and compared so far. */
  hashed = 0;
  compared = 0;
  /** Whether the queue is full. */
  full = false;
  /** The cost of comparisons for unknown addresses. */
  decoyCost: number;
  readonly remembered = new Set<string>();
  readonly clients: (string | undefined)[] = [];
  readonly load = { waiting: 0, running: 0, rejected: 0 };
  private salt = 0;

  constructor(private readonly cost = 4) {
    this.decoyCost = cost;
  }

  async hash(password: string, requester: Requester = {}): Promise<string> {
    this.admit(requester);
    this.hashed += 1;
    this.salt += 1;
    return `${this.cost}$${this.salt}$${password.normalize('NFC')}`;
  }

  async matches({ password, hash, inFull = false, ...requester }: Comparison): Promise<boolean> {
    if (!inFull && this.remembered.has(`${hash}\0${password}`)) return true;
    this.admit(requester);
    this.compared += 1;
    const made = hash?.replace(/^\d+\$\d+\$/, '');
    const right = [password.normalize('NFC'), password].some((form) => isHashable(form) && made === form);
    if (right && hash !== null) this.remember(password, hash);
    return right;
  }

  /** This fake forgets nothing. */
  remember(password: string, hash: string): void {
    this.remembered.add(`${hash}\0${password}`);
  }

  isOutdated(hash: string): boolean {
    return Number.parseInt(hash, 10) < this.cost;
  }

  followCost(cost: number): void {
    this.decoyCost = Math.max(this.decoyCost, cost);
  }

  refusal(): Unavailable | undefined {
    return this.full ? new Unavailable('hashing', 'at capacity') : undefined;
  }

  /** This fake has no queue. */
  onWaited(): void {
    this.load.waiting = 0;
  }

  private admit({ client, gone }: Requester): void {
    this.clients.push(client);
    if (this.full) throw new Unavailable('hashing', 'at capacity');
    if (gone?.aborted) throw new Unavailable('hashing', 'the client has left');
  }
}
