import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DeadRegistrations, OwedMailRepository } from '@app/activation';
import { Instruments } from '@app/metrics';

/** Has the instruments ask the libraries, which know nothing of metrics. */
@Injectable()
export class Observers implements OnModuleInit {
  constructor(
    @Inject(Instruments) private readonly instruments: Instruments,
    @Inject(OwedMailRepository) private readonly owed: OwedMailRepository,
    @Inject(DeadRegistrations) private readonly dead: DeadRegistrations,
  ) {}

  onModuleInit(): void {
    this.instruments.watchMailBacklog(() => this.owed.backlog());
    this.instruments.watchExpiredCodes(() => this.dead.expiredUnused());
  }
}
