import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ReconcileOwedMail } from '@app/activation';
import { Logger } from '@app/runtime';
import { Rounds } from './rounds';

/** How often owed mails are looked for, in milliseconds; recovery is promised within five seconds. */
const INTERVAL_MS = 2_000;

/** Finds the mails that are owed and due, over and over. */
@Injectable()
export class Reconciler implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly rounds = new Rounds(() => this.run(), INTERVAL_MS);

  constructor(
    private readonly reconcile: ReconcileOwedMail,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.rounds.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.rounds.stop();
  }

  private async run(): Promise<void> {
    try {
      const announced = await this.reconcile.execute();
      if (announced > 0) this.logger.debug({ announced }, 'Announced owed mails');
    } catch (error) {
      this.logger.warn({ error }, 'Owed mails could not be looked for; trying again');
    }
  }
}
