import { availableParallelism } from 'node:os';
import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { compare, genSaltSync, getRounds, hash } from 'bcrypt';
import { Environment, SharedAnswers, type Unavailable } from '@app/runtime';
import { isHashable } from '../domain/password';
import type { Comparison, HashingLoad, PasswordHasher, Requester } from '../domain/password-hasher';
import { HashingLine } from './hashing-line';
import { PasswordMemory } from './password-memory';

/** As much as BCRYPT_COST may be: a hash that costs more does not make every unknown address cost it. */
const DECOY_COST_MAX = 15;

/** bcrypt on libuv's pool, behind a line that lets as many run as there are cores for this process. */
@Injectable()
export class BcryptHasher implements PasswordHasher, OnModuleInit {
  private readonly line: HashingLine;
  private readonly memory: PasswordMemory;
  /** What a password is compared with when the address has no account: the same work, and it can never match. */
  private decoy = '';
  private decoyCost: number;
  private readonly comparing = new SharedAnswers<boolean>();

  constructor(@Inject(Environment) private readonly environment: Environment) {
    // The processes behind one port share the cores.
    this.line = new HashingLine(Math.ceil(availableParallelism() / environment.WEB_CONCURRENCY));
    this.memory = new PasswordMemory(environment.PASSWORD_MEMORY_SECONDS);
    this.decoyCost = environment.BCRYPT_COST;
  }

  /** Also shows the line how long one hash takes here. */
  async onModuleInit(): Promise<void> {
    this.decoy = await this.hash(randomBytes(32).toString('hex'));
  }

  hash(password: string, requester?: Requester): Promise<string> {
    const composed = password.normalize('NFC');
    // Given the cost alone, bcrypt would ask the pool three times: for random bytes, for the salt and for the hash.
    return this.line.run(() => hash(composed, genSaltSync(this.environment.BCRYPT_COST)), requester);
  }

  async matches(comparison: Comparison): Promise<boolean> {
    const { password, hash: stored } = comparison;
    if (stored !== null && this.memory.remembers(stored, password)) return true;
    return await this.compare(comparison);
  }

  /** Concurrent identical comparisons share one run; if the client that asked first leaves, the next one asks. */
  async compare(comparison: Comparison): Promise<boolean> {
    const { address, password, hash: stored } = comparison;
    const question = createHash('sha256')
      .update(JSON.stringify([address, password, stored]))
      .digest('base64');
    return await this.comparing.get(question, async () => {
      const right = await this.work(comparison);
      if (right && stored !== null) this.memory.remember(stored, password);
      return right;
    });
  }

  remember(password: string, stored: string): void {
    this.memory.remember(stored, password);
  }

  isOutdated(stored: string): boolean {
    return getRounds(stored) < this.environment.BCRYPT_COST;
  }

  followCost(cost: number): void {
    const followed = Math.min(cost, DECOY_COST_MAX);
    if (followed <= this.decoyCost) return;
    this.decoyCost = followed;
    this.decoy = atCost(this.decoy, followed);
  }

  refusal(client?: string): Unavailable | undefined {
    return this.line.refusal(client);
  }

  get load(): HashingLoad {
    return { waiting: this.line.depth, running: this.line.inUse, rejected: this.line.rejected };
  }

  onWaited(listener: (seconds: number) => void): void {
    this.line.onWaited = listener;
  }

  /**
   * Passwords are hashed in Unicode's composed form, so that the ä of a phone and of a desktop agree. A hash from
   * before that was made of what was typed then: it is compared as well, for every address and every result alike.
   */
  private async work({ password, hash: stored, ...requester }: Comparison): Promise<boolean> {
    if (stored !== null) this.followCost(costOf(stored) ?? 0);
    const forms = [...new Set([password.normalize('NFC'), password])];
    return await this.line.run(async () => {
      let right = false;
      for (const form of forms) right = (await this.compareForm(form, stored)) || right;
      return right;
    }, requester);
  }

  private async compareForm(password: string, stored: string | null): Promise<boolean> {
    // bcrypt would cut what it cannot hold, and find that it matches.
    const usable = isHashable(password) && stored !== null;
    const against = usable ? stored : this.decoy;
    const right = await compare(password, against);
    for (const decoy of this.decoysAbove(against)) await compare(password, decoy);
    return right && usable;
  }

  /**
   * What a hash of a lower cost lacks in work, so that its account takes as long as an unknown one: each step doubles
   * the work, so one of its own cost and one of each up to the highest make up for it exactly.
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

/** The same text at another cost: the work is that cost's, and no password is known to match. */
const atCost = (hash: string, cost: number): string => hash.replace(/\d\d/, String(cost).padStart(2, '0'));
