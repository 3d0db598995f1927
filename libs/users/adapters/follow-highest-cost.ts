import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Logger } from '@app/runtime';
import { PasswordHasher } from '../domain/password-hasher';
import { UserRepository } from '../domain/user-repository';

/** Milliseconds between two queries, and after a failed one. */
const INTERVAL_MS = 600_000;
const RETRY_MS = 5_000;

/**
 * After BCRYPT_COST was lowered, hashes with the higher cost would take longer than unknown addresses, and so reveal
 * that they exist. The work for unknown addresses follows the highest cost in use.
 */
@Injectable()
export class FollowHighestCost implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    @Inject(UserRepository) private readonly users: UserRepository,
    @Inject(PasswordHasher) private readonly passwords: PasswordHasher,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    void this.followHighestCost();
  }

  onModuleDestroy(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** Never rejects: the database may not be available yet. */
  async followHighestCost(): Promise<void> {
    let nextMs = INTERVAL_MS;
    try {
      const cost = await this.users.highestCost();
      if (cost !== null) this.passwords.followCost(cost);
    } catch (error) {
      this.logger.debug({ error }, 'Reading the highest cost in use failed');
      nextMs = RETRY_MS;
    }
    if (!this.stopped) this.timer = setTimeout(() => void this.followHighestCost(), nextMs).unref();
  }
}
