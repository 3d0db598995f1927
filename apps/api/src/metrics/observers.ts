import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { OwedMailAdministration } from '@app/activation';
import { Instruments } from '@app/metrics';
import { SlidingWindowStorage } from '@app/rate-limit';
import { Environment } from '@app/runtime';
import { PasswordHasher } from '@app/users';

/** Passes the instruments to libraries that report measurements but do not depend on the metrics library. */
@Injectable()
export class Observers implements OnModuleInit {
  constructor(
    @Inject(Instruments) private readonly instruments: Instruments,
    @Inject(PasswordHasher) private readonly passwords: PasswordHasher,
    private readonly limits: SlidingWindowStorage,
    @Inject(OwedMailAdministration) private readonly owed: OwedMailAdministration,
    @Inject(Environment) private readonly environment: Environment,
  ) {}

  onModuleInit(): void {
    if (!this.concealsMail) this.instruments.watchMailBacklog(() => this.owed.backlog());
    this.limits.onFallback = () => this.instruments.limitsFellBack();
    this.passwords.onWaited(this.instruments.hashWaited.bind(this.instruments));
    this.instruments.watchHashing(() => this.passwords.load);
  }

  /**
   * In concealed mode, the owner of an address gets one mail a day about sign-ups, while a stranger gets one for each
   * sign-up. On a public port, the number of owed mails would reveal the difference; only the workers show it.
   */
  private get concealsMail(): boolean {
    return this.environment.CONCEAL_REGISTERED_EMAILS && this.environment.OPERATIONS_PORT === 0;
  }
}
