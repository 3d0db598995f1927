import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ReconcileOwedMail } from '@app/activation';
import { Logger } from '@app/runtime';

/** How often owed mails are looked for, in milliseconds; recovery is promised within five seconds. */
const INTERVAL_MS = 2_000;

/** Finds the mails that are owed and due, over and over; rounds never overlap. */
@Injectable()
export class Reconciler implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly reconcile: ReconcileOwedMail,
    @Inject(Logger) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.next(0);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.round;
  }

  private next(delayMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.round = this.run().finally(() => this.next(INTERVAL_MS));
    }, delayMs);
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
