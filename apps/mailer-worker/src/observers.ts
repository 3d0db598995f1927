import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { ExpiredRegistrations, OwedMailAdministration } from '@app/activation';
import { Deliveries } from '@app/events';
import { Instruments } from '@app/metrics';
import { Sweep } from './sweep';

/** Connects the instruments to the libraries, which do not depend on metrics. */
@Injectable()
export class Observers implements OnModuleInit {
  constructor(
    @Inject(Instruments) private readonly instruments: Instruments,
    @Inject(OwedMailAdministration) private readonly owed: OwedMailAdministration,
    @Inject(ExpiredRegistrations) private readonly dead: ExpiredRegistrations,
    @Inject(Deliveries) private readonly deliveries: Deliveries,
    private readonly sweep: Sweep,
  ) {}

  onModuleInit(): void {
    this.instruments.watchMailBacklog(async () => {
      const backlog = await this.owed.backlog();
      return { ...backlog, held: this.sweep.holdsMails ? backlog.owed : 0 };
    });
    this.instruments.watchEventBacklog(() => this.deliveries.backlog());
    this.instruments.watchExpiredCodes(() => this.dead.expiredUnused());
  }
}
