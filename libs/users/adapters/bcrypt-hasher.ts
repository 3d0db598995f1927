import { availableParallelism } from 'node:os';
import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { compare, genSaltSync, getRounds, hash } from 'bcrypt';
import { Environment } from '@app/runtime';
import type { PasswordHasher } from '../domain/password-hasher';
import { isHashable } from '../domain/password';
import { HashingLine } from './hashing-line';

/** bcrypt on libuv's pool, behind a line that lets as many run as there are cores for this process. */
@Injectable()
export class BcryptHasher implements PasswordHasher, OnModuleInit {
  readonly line: HashingLine;
  /** What a password is compared with when nobody has the address: the same work, and it can never match. */
  private decoy = '';
  private readonly comparing = new Map<string, Promise<boolean>>();

  constructor(@Inject(Environment) private readonly environment: Environment) {
    // The processes behind one port share the cores.
    this.line = new HashingLine(Math.ceil(availableParallelism() / environment.WEB_CONCURRENCY));
  }

  /** Also shows the line how long one hash takes here. */
  async onModuleInit(): Promise<void> {
    this.decoy = await this.hash(randomBytes(32).toString('hex'));
  }

  hash(password: string, gone?: AbortSignal): Promise<string> {
    // Given the cost alone, bcrypt would ask the pool three times: for random bytes, for the salt and for the hash.
    return this.line.run(() => hash(password, genSaltSync(this.environment.BCRYPT_COST)), gone);
  }

  /** The same question asked many times at once is answered once; if the one who asked first leaves, the next asks. */
  async matches(
    address: string,
    password: string,
    stored: string | null,
    gone?: AbortSignal,
  ): Promise<boolean> {
    const question = createHash('sha256')
      .update(JSON.stringify([address, password, stored]))
      .digest('base64');
    for (let other = this.comparing.get(question); other; other = this.comparing.get(question)) {
      const shared = await other.catch(() => undefined);
      if (shared !== undefined) return shared;
      if (gone?.aborted) break;
    }
    const answer = this.compare(password, stored, gone).finally(() => this.comparing.delete(question));
    this.comparing.set(question, answer);
    return await answer;
  }

  isOutdated(stored: string): boolean {
    return getRounds(stored) < this.environment.BCRYPT_COST;
  }

  private async compare(password: string, stored: string | null, gone?: AbortSignal): Promise<boolean> {
    // bcrypt would cut what it cannot hold, and find that it matches.
    const usable = isHashable(password) && stored !== null;
    const against = usable ? stored : this.decoy;
    return await this.line.run(async () => {
      const right = await compare(password, against);
      for (const decoy of this.decoysAbove(against)) await compare(password, decoy);
      return right && usable;
    }, gone);
  }

  /**
   * What a hash of an earlier, lower cost lacks in work, so that its account takes as long as an unknown one: each
   * step doubles the work, so one of its own cost and one of each up to the present one make up for it exactly.
   */
  private decoysAbove(hash: string): string[] {
    const { BCRYPT_COST: present } = this.environment;
    const cost = Number(/^\$2[aby]\$(\d\d)\$/.exec(hash)?.[1] ?? present);
    return Array.from({ length: Math.max(0, present - cost) }, (_, step) =>
      this.decoy.replace(/\d\d/, String(cost + step).padStart(2, '0')),
    );
  }
}
