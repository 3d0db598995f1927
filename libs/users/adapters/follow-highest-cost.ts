import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Logger } from '@app/runtime';
import { PasswordHasher } from '../domain/password-hasher';
import { UserRepository } from '../domain/user-repository';

/** Milliseconds between two looks, and after one that failed. */
const INTERVAL_MS = 600_000;
const RETRY_MS = 5_000;

/**
 * Where the cost was lowered, hashes of the higher one would take longer than an unknown address does, and tell that
 * they are there. What an unknown address takes follows the highest cost in use.
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

  /** Never rejects: the database may not be there yet. */
  async followHighestCost(): Promise<void> {
    let nextMs = INTERVAL_MS;
    try {
      const cost = await this.users.highestCost();
      if (cost !== null) this.passwords.followCost(cost);
    } catch (error) {
      this.logger.debug({ error }, 'The highest cost in use was not read');
      nextMs = RETRY_MS;
    }
    if (!this.stopped) this.timer = setTimeout(() => void this.followHighestCost(), nextMs).unref();
  }
}
