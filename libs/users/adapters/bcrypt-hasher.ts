import { availableParallelism } from 'node:os';
import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { compare, genSaltSync, getRounds, hash } from 'bcrypt';
import { Environment, SharedAnswers, type Unavailable } from '@app/runtime';
import { HASH_COST_MAX } from '../domain/imported-hash';
import { isHashable } from '../domain/password';
import type { Comparison, HashingLoad, PasswordHasher, Requester } from '../domain/password-hasher';
import { HashingQueue } from './hashing-queue';
import { PasswordMemory } from './password-memory';

/** bcrypt on libuv's thread pool, behind a queue that runs as many jobs as there are cores for this process. */
@Injectable()
export class BcryptHasher implements PasswordHasher, OnModuleInit {
  private readonly queue: HashingQueue;
  private readonly memory: PasswordMemory;
  /** The hash that a password is compared with if the address has no account: the same work, and it never matches. */
  private decoy = '';
  private decoyCost: number;
  private readonly comparing = new SharedAnswers<boolean>();

  constructor(@Inject(Environment) private readonly environment: Environment) {
    // The processes behind one port share the cores.
    this.queue = new HashingQueue(Math.ceil(availableParallelism() / environment.WEB_CONCURRENCY));
    this.memory = new PasswordMemory(environment.PASSWORD_MEMORY_SECONDS);
    this.decoyCost = environment.BCRYPT_COST;
  }

  /** Also tells the queue how long one hash takes here. */
  async onModuleInit(): Promise<void> {
    this.decoy = await this.hash(randomBytes(32).toString('hex'));
  }

  hash(password: string, requester?: Requester): Promise<string> {
    const composed = password.normalize('NFC');
    // Given only the cost, bcrypt would use the pool three times: for random bytes, the salt and the hash.
    return this.queue.run(() => hash(composed, genSaltSync(this.environment.BCRYPT_COST)), requester);
  }

  /** If the client whose run is shared disconnects, the next one retries. */
  async matches(comparison: Comparison): Promise<boolean> {
    const { address, password, hash: stored, inFull = false } = comparison;
    if (!inFull && stored !== null && this.memory.remembers(password, stored)) return true;
    const question = createHash('sha256')
      .update(JSON.stringify([address, password, stored]))
      .digest('base64');
    return await this.comparing.get(question, async () => {
      const right = await this.work(comparison);
      if (right && stored !== null) this.memory.remember(password, stored);
      return right;
    });
  }

  remember(password: string, stored: string): void {
    this.memory.remember(password, stored);
  }

  isOutdated(stored: string): boolean {
    return getRounds(stored) < this.environment.BCRYPT_COST;
  }

  followCost(cost: number): void {
    // A hash with a higher cost does not make every unknown address cost that much.
    const followed = Math.min(cost, HASH_COST_MAX);
    if (followed <= this.decoyCost) return;
    this.decoyCost = followed;
    this.decoy = atCost(this.decoy, followed);
  }

  refusal(client?: string): Unavailable | undefined {
    return this.queue.refusal(client);
  }

  get load(): HashingLoad {
    return this.queue.load;
  }

  onWaited(listener: (seconds: number) => void): void {
    this.queue.onWaited = listener;
  }

  /**
   * Passwords are hashed in Unicode's composed form, so that an ä typed on a phone and on a desktop is the same. Older
   * hashes used the password as typed: it is compared as well, for every address and whatever the result.
   */
  private async work({ password, hash: stored, ...requester }: Comparison): Promise<boolean> {
    if (stored !== null) this.followCost(costOf(stored) ?? 0);
    const forms = [...new Set([password.normalize('NFC'), password])];
    return await this.queue.run(async () => {
      let right = false;
      for (const form of forms) right = (await this.compareForm(form, stored)) || right;
      return right;
    }, requester);
  }

  private async compareForm(password: string, stored: string | null): Promise<boolean> {
    // bcrypt would truncate a longer password and report a match.
    const usable = isHashable(password) && stored !== null;
    const against = usable ? stored : this.decoy;
    const right = await compare(password, against);
    for (const decoy of this.decoysAbove(against)) await compare(password, decoy);
    return right && usable;
  }

  /**
   * The work that a hash with a lower cost lacks, so that its account takes as long as an unknown one. Each step
   * doubles the work, so one comparison of its own cost and one of each up to the highest make up for it exactly.
   */
  private decoysAbove(against: string): string[] {
    const cost = costOf(against) ?? this.decoyCost;
    return Array.from({ length: Math.max(0, this.decoyCost - cost) }, (_, step) =>
      atCost(this.decoy, cost + step),
    );
  }
}

const costOf = (hash: string): number | null => {
  const digits = /^\$2[aby]\$(\d\d)\$/.exec(hash)?.[1];
  return digits === undefined ? null : Number(digits);
};

/** The same hash with another cost: the work is that of the cost, and it matches no known password. */
const atCost = (hash: string, cost: number): string => hash.replace(/\d\d/, String(cost).padStart(2, '0'));
