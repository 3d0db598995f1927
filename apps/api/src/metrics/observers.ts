import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { OwedMailRepository } from '@app/activation';
import { Instruments } from '@app/metrics';
import { SlidingWindowStorage } from '@app/rate-limit';
import { Environment } from '@app/runtime';
import { PasswordHasher } from '@app/users';

/** Shows the instruments to the libraries that have something to tell, and that know nothing of metrics. */
@Injectable()
export class Observers implements OnModuleInit {
  constructor(
    @Inject(Instruments) private readonly instruments: Instruments,
    @Inject(PasswordHasher) private readonly passwords: PasswordHasher,
    private readonly limits: SlidingWindowStorage,
    @Inject(OwedMailRepository) private readonly owed: OwedMailRepository,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  onModuleInit(): void {
    if (!this.concealsMail) this.instruments.watchMailBacklog(() => this.owed.backlog());
    this.limits.onFallback = () => this.instruments.limitsFellBack();
    this.passwords.onWaited((seconds) => this.instruments.hashWaited(seconds));
    this.instruments.watchHashing(() => this.passwords.load);
  }

  /**
   * An owner is told of a sign-up for the address once a day, a stranger gets a mail each time. On a public port the
   * number of owed mails would tell them apart; the workers show it.
   */
  private get concealsMail(): boolean {
    return this.environment.CONCEAL_REGISTERED_EMAILS && this.environment.OPERATIONS_PORT === 0;
  }
}
