import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SendOwedMail, type AttemptedMail, type ClaimedMail } from '@app/activation';
import { Instruments } from '@app/metrics';
import { BackOff, Doorbell, WorkLoop } from '@app/owed-work';
import { Environment, Logger } from '@app/runtime';

/** How often owed work is claimed without the doorbell, in milliseconds; recovery is promised within five seconds. */
const SWEEP_MS = 1_000;
/** Longest time to keep trying to write outcomes down, in milliseconds. */
const SETTLE_MS = 5_000;
/** While no mail leaves, one probes this often: recovery is promised within five seconds. */
const MAIL_BACK_OFF = { tolerated: 0, firstMs: 1_000, maxMs: 4_000 };

/** Works off what is owed, for as long as this worker runs. */
@Injectable()
export class Sweep implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly mails: WorkLoop<ClaimedMail, AttemptedMail>;

  constructor(
    sendOwedMail: SendOwedMail,
    @Inject(Doorbell) doorbell: Doorbell,
    @Inject(Environment) { MAIL_CONCURRENCY: concurrency }: Environment,
    @Inject(Logger) logger: Logger,
    @Inject(Instruments) instruments: Instruments,
  ) {
    const options = { concurrency, sweepMs: SWEEP_MS, settleMs: SETTLE_MS };
    this.mails = new WorkLoop(sendOwedMail, new BackOff(MAIL_BACK_OFF), options, logger);
    // Other workers have places, too.
    this.mails.onPlenty = () => doorbell.ring();
    this.mails.onAttempted = ({ mail, outcome }, seconds) => {
      instruments.mailHandled(sendOwedMail.metricOf(mail, outcome), seconds);
      if (outcome.kind === 'sent') instruments.codeChanged('sent');
    };
  }

  onApplicationBootstrap(): void {
    this.mails.start();
  }

  /** Returns without waiting. */
  wake(): void {
    this.mails.wake();
  }

  /** Finishes what is under way before the mailer and the pools close. */
  async onModuleDestroy(): Promise<void> {
    await this.mails.stop();
  }
}
